"""Fetch and authorise in one line, so that no view can forget."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from exports.domain.errors import NotFound
from exports.domain.requests import is_storable
from exports.domain.sessions import caller_signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http.response import HttpResponseBase
    from django_htmx.middleware import HtmxDetails

    from exports.domain.access import Caller
    from exports.models import Collection, Export, User

P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request of somebody who has signed in."""

    htmx: HtmxDetails
    user: User


def signed_in(
    view: Callable[Concatenate[PageRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Sends who is not signed in to do so first. What is shown is kept by no cache."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        response = view(cast("PageRequest", request), *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        # One address gives the page, or the part of it that htmx asks for.
        patch_vary_headers(response, ("HX-Request",))
        return response

    return inner


def get_caller(request: PageRequest, namespace: str) -> Caller:
    """:raises NotFound: no such workspace, or he has no role in it.

    :raises SecondFactorMissing: it asks for one, and he has none.
    """
    address = client_address(request)
    return caller_signed_in(request.user, namespace, request.session, address=address)


def get_export(request: PageRequest, namespace: str, uid: str) -> tuple[Caller, Export]:
    """:raises NotFound, Gone: not there, not the caller's, or deleted."""
    caller = get_caller(request, namespace)
    return caller, caller.export(uid)


def get_collection(request: PageRequest, namespace: str, name: str) -> tuple[Caller, Collection]:
    """:raises NotFound: not there, or not the caller's."""
    caller = get_caller(request, namespace)
    if not is_storable(name):
        raise NotFound("collection")
    return caller, caller.collection(name)


def get_text(request: HttpRequest, name: str) -> str:
    """A parameter of the address; empty when it is missing or no text that can be looked for."""
    text = request.GET.get(name, "").strip()
    return text if is_storable(text) else ""


def get_words(
    request: HttpRequest, checks: Mapping[str, Callable[[str], object]]
) -> tuple[dict[str, str], list[str]]:
    """The parameters of an address, empty where they mean nothing; and what means nothing, names
    that are not known among it.

    :param checks: by the name of each, whether a text of it means something.
    """
    taken, left_out = dict.fromkeys(checks, ""), []
    for name, text in request.GET.items():
        said = str(text).strip() if name in checks else str(text)
        if name in checks and is_storable(said) and checks[name](said):
            taken[name] = said
        elif said:
            left_out.append(f"{name}={said}")
    return taken, left_out


def client_address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by HtmxMiddleware
    if not details:
        return redirect_to_login(request.get_full_path())
    # A poll outlived the session: the page has to go, not the part that was polled.
    back = redirect_to_login(details.current_url_abs_path or "/")
    return HttpResponseClientRedirect(back.url)
