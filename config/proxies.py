"""The address of who asks, when proxies of ours stand in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Puts the client's address where Django looks for it, ``REMOTE_ADDR``.

    Each of our ``TRUSTED_PROXIES`` appends the address that it saw to ``X-Forwarded-For``; what
    stands further left in it is the client's own claim, and is not believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count: int = settings.TRUSTED_PROXIES
        said = request.headers.get("X-Forwarded-For", "").split(",")
        known = [each.strip() for each in said if each.strip()]
        if count and known:
            request.META["REMOTE_ADDR"] = known[-min(count, len(known))][:45]
        return self._get_response(request)
