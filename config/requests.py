"""Each request has an id, which its log lines and its answer bear."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from exports.logs import request_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[\w.-]{8,64}", re.ASCII)


class RequestIdMiddleware:
    """Takes the id that a proxy gave the request, or makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(_HEADER, "")
        # It stays when the answer was made: Django logs what was refused only then.
        request_id.set(given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8))
        response = self._get_response(request)
        response[_HEADER] = request_id.get()
        return response
