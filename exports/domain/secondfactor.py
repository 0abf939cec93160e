"""The second factor: who has one, which workspaces ask for it, and how its secret is kept."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction

from exports.domain.audit import audit_append
from exports.domain.errors import Forbidden
from exports.domain.storage import master_keys
from exports.models import Namespace

if TYPE_CHECKING:
    from exports.domain.audit import Actor
    from exports.models import User
    from exports.stores.keys import MasterKeys

_ABOUT = b"second factor"
# What an authenticator keeps under these names is sealed.
_SECRETS = ("secret", "seed")


class SecondFactorMissing(Forbidden):
    """The workspace asks for a second factor, and the person has none yet."""

    code = "second_factor_required"

    def __init__(self, namespace: Namespace) -> None:
        super().__init__(
            f"The workspace {namespace.name!r} asks for a second factor, and your account has "
            "none yet. Set one up in your profile: /account/second-factor/."
        )


def has_second_factor(user: User) -> bool:
    found: bool = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return found


def second_factor_lacks(namespace: Namespace, user: User) -> bool:
    """Whether the workspace is closed to him until he has set one up."""
    return namespace.requires_second_factor and not has_second_factor(user)


def second_factor_remove(user: User, *, actor: Actor) -> bool:
    """Take away the second factor of somebody who has lost it, and its recovery codes.

    :returns: whether there was any.
    """
    with transaction.atomic():
        count, _ = Authenticator.objects.filter(user=user).delete()
        if count:
            audit_append(
                None,
                "person.second_factor_removed",
                actor=actor,
                subject=f"user:{user.pk}",
                email=user.email,
            )
    return bool(count)


def secret_seal(text: str) -> str:
    """As the database keeps it: sealed with the master key."""
    return b64encode(master_keys().seal(text.encode(), _ABOUT)).decode()


def secret_open(sealed: str) -> str:
    """:raises StoreError: the master key that sealed it is not at hand."""
    return master_keys().unseal(b64decode(sealed), _ABOUT).decode()


def secrets_reseal(authenticator: Authenticator, keys: MasterKeys) -> bool:
    """Seal anew what another master key has sealed. Returns whether there was any.

    :raises Tampered, MasterKeyWrong: it cannot be opened.
    """
    with transaction.atomic():
        # A recovery code that is used meanwhile is noted in the same field.
        rows = Authenticator.objects.select_for_update()
        row = rows.filter(pk=authenticator.pk).first()
        anew = _resealed(row.data, keys) if row else {}
        if row and anew:
            row.data |= anew
            row.save(update_fields=["data"])
    return bool(anew)


def _resealed(data: dict[str, str], keys: MasterKeys) -> dict[str, str]:
    found = {name: keys.reseal(b64decode(data[name]), _ABOUT) for name in _SECRETS if name in data}
    return {name: b64encode(sealed).decode() for name, sealed in found.items() if sealed}
