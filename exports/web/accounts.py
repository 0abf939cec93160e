"""Signing in, as allauth does it, on the record: each sign-in and each failed one is an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.context import request as current_request
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import ValidationError
from django.db import transaction

from exports.domain.audit import Actor, audit_append
from exports.models import User
from exports.web.errors import too_many_requests
from exports.web.loaders import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What Waybill does differently from allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's name
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(too_many_requests()) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email", ""))
        _tell("person.sign_in_failed", Actor(email[:254], "", client_address(request)))

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        _tell("person.signed_in", _actor(request, user))

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            _tell("person.signed_out", _actor(request, request.user))
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        _tell("person.password_changed", _actor(current_request, user))

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        _tell("person.sign_in_failed", _actor(request, user), inactive=True)
        answer: HttpResponse = super().respond_user_inactive(request, user)
        return answer


def _actor(request: HttpRequest, user: User) -> Actor:
    return Actor(user.email, f"user:{user.pk}", client_address(request))


def _tell(action: str, actor: Actor, **detail: Any) -> None:
    with transaction.atomic():
        audit_append(None, action, actor=actor, subject=actor.uid, **detail)
