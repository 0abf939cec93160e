"""Signing in, as allauth does it, on the record: each sign-in and each failed one is an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import ValidationError
from django.db import transaction

from exports.domain.audit import Actor, audit_append
from exports.models import User
from exports.web.errors import too_many_requests
from exports.web.loaders import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_TOO_MANY = "Too many tries. Wait ten minutes, then try again."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What Waybill does differently from allauth."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_password": "This is not your password. Capital letters count.",
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's name
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(too_many_requests()) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email", ""))
        tell("person.sign_in_failed", Actor(email[:254], "", client_address(request)))

    def reauthenticate(self, user: User, password: str) -> bool:
        """allauth looks for the address in a table of its own, which is empty here."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return bool(found == user)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        tell("person.signed_in", actor_of(request, user), how=_how(request, user))

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            tell("person.signed_out", actor_of(request, request.user))
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        tell("person.password_changed", actor_of(context.request, user))

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        tell("person.sign_in_failed", actor_of(request, user), inactive=True)
        answer: HttpResponse = super().respond_user_inactive(request, user)
        return answer


def actor_of(request: HttpRequest, user: User) -> Actor:
    """A person who does something to his own account."""
    return Actor(user.email, f"user:{user.pk}", client_address(request))


def tell(action: str, actor: Actor, **detail: Any) -> None:
    """An event of the installation's own history, about whoever did it."""
    with transaction.atomic():
        audit_append(None, action, actor=actor, subject=actor.uid, **detail)


def _how(request: HttpRequest, user: User) -> str:
    """Such as ``password, totp``: what he showed, in its order."""
    shown = [
        each.get("type") or each["method"] for each in get_authentication_records(request, user)
    ]
    return ", ".join("openid" if each == "socialaccount" else each for each in shown)
