"""Who asks: a key or a signed-in person, inside the namespace that the request names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from ninja.security.apikey import APIKeyBase, APIKeyQuery
from ninja.security.http import HttpAuthBase
from ninja.utils import check_csrf

from exports.api.errors import CsrfMissing, Unauthenticated
from exports.api.limits import rate_check
from exports.domain.access import Caller, caller_for_key, namespaces_of
from exports.domain.errors import FieldError, InvalidRequest, NotFound
from exports.domain.keys import key_find
from exports.domain.links import LinkInvalid, link_open
from exports.domain.requests import is_storable
from exports.domain.sessions import caller_signed_in
from exports.models import User

if TYPE_CHECKING:
    from exports.models import ApiKey


class ApiRequest(HttpRequest):
    """A request that was let in. ``auth`` is who asks; every view begins with it."""

    auth: Caller


class BearerKey(HttpAuthBase):
    """``Authorization: Bearer sk_…``."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Caller | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = key_find(text.strip())
        if key is None:
            # A key that is not valid is never made up for by a session.
            raise Unauthenticated
        rate_check(key)
        _check_text(request)
        _check_named(key, _named(request))
        return caller_for_key(key, address=_address(request))


class SignedLink(APIKeyQuery):
    """``?link=…``: a link to this very file, which somebody made who may download it."""

    param_name = "link"

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        if key is None:
            return None
        opened = link_open(key, address=_address(request))
        # A link that is for something else is never made up for by a session.
        if unquote(reverse("api:download", args=[opened.uid, opened.name])) != request.path:
            raise LinkInvalid
        return opened.caller


class BrowserSession(APIKeyBase):
    """The session of the pages, with its CSRF token where something is changed."""

    openapi_in = "cookie"
    param_name = settings.SESSION_COOKIE_NAME
    csrf = True

    def __call__(self, request: HttpRequest) -> Caller | None:
        return self.authenticate(request, self._get_key(request))

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        user = request.user
        if key is None or not isinstance(user, User):
            return None
        if check_csrf(request):
            raise CsrfMissing
        _check_text(request)
        named = _named(request) or _only_one(user)
        return caller_signed_in(user, named, request.session, address=_address(request))

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)


def _named(request: HttpRequest) -> str:
    """The namespace that the request names, by slug or id; empty when it names none."""
    return request.headers.get("X-Namespace", "") or request.GET.get("namespace", "")


def _check_named(key: ApiKey, named: str) -> None:
    if named and named not in (key.namespace.slug, key.namespace.uid):
        raise NotFound("workspace")


def _only_one(user: User) -> str:
    """The namespace of somebody who belongs to just one."""
    slugs = namespaces_of(user).values_list("slug", flat=True)[:2]
    if len(slugs) != 1:
        raise InvalidRequest(
            FieldError("namespace", "Name a workspace: in the header X-Namespace, or ?namespace=.")
        )
    return slugs[0]


def _check_text(request: HttpRequest) -> None:
    """No database column holds a NUL: nothing can be found by one."""
    if not is_storable(request.path_info) or not is_storable(_named(request)):
        raise NotFound("address")
    for name, text in request.GET.items():
        if not is_storable(str(text)):
            raise InvalidRequest(FieldError(name, "Take out the characters that are no text."))


def _address(request: HttpRequest) -> str:
    address: str = request.META.get("REMOTE_ADDR", "")
    return address
