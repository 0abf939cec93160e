"""The second factor, as allauth does it: codes count once, secrets are sealed, all is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.core.cache import cache
from django.dispatch import receiver

from exports.domain.secondfactor import secret_open, secret_seal
from exports.domain.sessions import sessions_end
from exports.web.accounts import actor_of, tell

if TYPE_CHECKING:
    from django.http import HttpRequest

    from exports.models import User

_GOOD_FOR = 90  # seconds: the code of now, the one before and the one after


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """What Waybill does differently from allauth."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not the code of now. Wait for the next one, and try again.",
    }

    def encrypt(self, text: str) -> str:
        return secret_seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secret_open(encrypted_text)


class _Once:
    """A code that was good is not good again."""

    user: User

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form beside it
        used = f"code:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(used, 1, _GOOD_FOR):
            raise MFAAdapter().validation_error("incorrect_code")
        return code


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]
    """Asked for when somebody signs in."""


class CodeAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    """Asked for before something that matters."""


@receiver(signals.authenticator_added)
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Whoever signed in elsewhere, knowing the password alone, does so again."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    actor = actor_of(request, user)
    tell("person.second_factor_added", actor)
    sessions_end(user, actor=actor)
    update_session_auth_hash(request, user)


@receiver(signals.authenticator_removed)
def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        tell("person.second_factor_removed", actor_of(request, user))


@receiver(signals.authenticator_reset)
def _codes_made(request: HttpRequest, user: User, **_: Any) -> None:
    tell("person.recovery_codes_made", actor_of(request, user))


@receiver(signals.authenticator_used)
def _used(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        left = len(authenticator.wrap().get_unused_codes())
        tell("person.recovery_code_used", actor_of(request, user), left=left)


@receiver(signals.authentication_failed)
def _failed(request: HttpRequest, user: User, **_: Any) -> None:
    tell("person.second_factor_failed", actor_of(request, user))
