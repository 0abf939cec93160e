"""The secret that signs a workspace's webhooks."""

from __future__ import annotations

import logging
import os
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.domain.errors import Forbidden
from exports.domain.storage import master_keys
from exports.models import Namespace, Scope
from exports.outbound.signature import LENGTH, secret_text
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from datetime import datetime

    from exports.domain.access import Caller
    from exports.domain.audit import Actor

logger = logging.getLogger(__name__)

_OVERLAP = timedelta(days=1)
_FIELDS = ["webhook_secret", "webhook_secret_before", "webhook_secret_before_until"]


def webhook_secret(namespace: Namespace) -> str:
    """The secret, as receivers write it; made when it is first needed.

    :raises StoreError: it cannot be unsealed.
    """
    return _unsealed(namespace, _kept(namespace).webhook_secret)


def webhook_secrets(namespace: Namespace) -> list[str]:
    """All that sign now: the secret, and for a day the one before, so that receivers have the time
    to take the new one.

    :raises StoreError: the secret cannot be unsealed. Without the one before it is gone on.
    """
    found = _kept(namespace)
    secrets = [_unsealed(namespace, found.webhook_secret)]
    if _before_until(found):
        try:
            secrets.append(_unsealed(namespace, found.webhook_secret_before))
        except StoreError as error:
            logger.warning("The secret before, of %s, is left out: %s", namespace.uid, error)
    return secrets


def before_until(namespace: Namespace) -> datetime | None:
    """Until when the secret before signs too; None when it does not."""
    return _before_until(Namespace.objects.get(pk=namespace.pk))


def _before_until(found: Namespace) -> datetime | None:
    until = found.webhook_secret_before_until
    return until if until and until > database_now() else None


def _kept(namespace: Namespace) -> Namespace:
    """The namespace as it is in the database now, with a secret."""
    found = Namespace.objects.get(pk=namespace.pk)
    if not found.webhook_secret:
        with transaction.atomic():
            found = Namespace.objects.select_for_update(no_key=True).get(pk=namespace.pk)
            if not found.webhook_secret:
                _make(found, SYSTEM)
    return found


def _unsealed(namespace: Namespace, sealed: str) -> str:
    return secret_text(master_keys().unseal(b64decode(sealed), sealed_about(namespace)))


def webhook_secret_show(caller: Caller) -> str:
    """The secret for a person to copy, which is an event.

    :raises Forbidden: the caller administers nothing here, or is a key.
    """
    _check(caller)
    shown = webhook_secret(caller.namespace)
    with transaction.atomic():
        audit_append(
            caller.namespace,
            "webhook_secret.shown",
            actor=caller.actor,
            subject=caller.namespace.uid,
        )
    return shown


def webhook_secret_rotate(caller: Caller) -> str:
    """A new secret, which signs from now on; for a day the one before signs beside it.

    :raises Forbidden: the caller administers nothing here, or is a key.
    """
    _check(caller)
    with transaction.atomic():
        locked = Namespace.objects.select_for_update(no_key=True).get(pk=caller.namespace.pk)
        if locked.webhook_secret:
            locked.webhook_secret_before = locked.webhook_secret
            locked.webhook_secret_before_until = database_now() + _OVERLAP
        _make(locked, caller.actor)
    return webhook_secret(caller.namespace)


def sealed_about(namespace: Namespace) -> bytes:
    """The words for which the secret was sealed."""
    return f"webhook secret {namespace.uid}".encode()


def _check(caller: Caller) -> None:
    caller.require(Scope.ADMIN)
    if caller.key:
        raise Forbidden("A key may not have this secret. Sign in with the browser.")


def _make(locked: Namespace, actor: Actor) -> None:
    sealed = master_keys().seal(os.urandom(LENGTH), sealed_about(locked))
    locked.webhook_secret = b64encode(sealed).decode()
    locked.save(update_fields=_FIELDS)
    audit_append(locked, "webhook_secret.created", actor=actor, subject=locked.uid)
