"""Signing in with an account elsewhere, by OpenID Connect: only for people who exist here.

Whoever comes is matched by the address that the provider has verified, each time anew; nothing of
the provider's is kept.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import consume_or_429
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from requests import RequestException

from exports.domain.audit import Actor
from exports.domain.requests import is_storable
from exports.models import User
from exports.web.accounts import tell
from exports.web.loaders import client_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)

# What allauth raises when a provider is away, or answers something else than it should.
_ASTRAY = (
    RequestException,
    OAuth2Error,
    ImproperlyConfigured,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Lets in whom we know, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            # allauth would tie the two accounts together, for somebody who is signed in here.
            raise ImmediateHttpResponse(_failed(request))
        claimed = [each for each in sociallogin.email_addresses if is_storable(each.email)]
        # A provider may say it in words: "false" is not true.
        verified = [each.email for each in claimed if each.verified is True]
        user = User.objects.filter(email__iexact=verified[0]).first() if verified else None
        if user is None:
            raise ImmediateHttpResponse(
                _unknown(request, claimed[0].email if claimed else "", verified)
            )
        sociallogin.user = user

    def on_authentication_error(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's names
        provider: Any,  # noqa: ARG002
        exception: Any = None,
        **_: Any,
    ) -> None:
        if exception:
            log.warning("OpenID Connect: %s: %s", type(exception).__name__, exception)


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whatever the provider does, the person gets a page that says what to do."""

    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not settings.SOCIALACCOUNT_PROVIDERS:
            return redirect("account_login")
        limit: HttpResponse | None = consume_or_429(
            request, app="allauth.account", action="login", limit_get=True
        )
        if limit:
            return limit
        try:
            return view(request, **kwargs)
        except _ASTRAY:
            log.warning("OpenID Connect: the provider could not be used", exc_info=True)
            return _failed(request)

    return require_GET(inner)


openid_login = _guarded(views.login)
openid_callback = _guarded(views.callback)


@require_GET
def openid_cancelled(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/login_cancelled.html")


def _failed(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/authentication_error.html", status=401)


def _unknown(request: HttpRequest, email: str, verified: list[str]) -> HttpResponse:
    actor = Actor(email[:254], "", client_address(request))
    tell("person.sign_in_failed", actor, how="openid", verified=bool(verified))
    said = {"email": email, "verified": bool(verified)}
    return render(request, "socialaccount/unknown.html", said, status=403)
