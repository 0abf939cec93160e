"""The secret that signs a workspace's webhooks."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.domain.errors import Forbidden
from exports.domain.storage import master_keys
from exports.models import Namespace, Scope
from exports.outbound.signature import LENGTH, secret_text

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.domain.audit import Actor


def webhook_secret(namespace: Namespace) -> str:
    """The secret, as receivers write it; made when it is first needed.

    :raises StoreError: it cannot be unsealed.
    """
    sealed = Namespace.objects.values_list("webhook_secret", flat=True).get(pk=namespace.pk)
    if not sealed:
        with transaction.atomic():
            locked = Namespace.objects.select_for_update(no_key=True).get(pk=namespace.pk)
            sealed = locked.webhook_secret or _make(locked, SYSTEM)
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
    """A new secret, which signs from now on; the one before signs nothing more.

    :raises Forbidden: the caller administers nothing here, or is a key.
    """
    _check(caller)
    with transaction.atomic():
        locked = Namespace.objects.select_for_update(no_key=True).get(pk=caller.namespace.pk)
        _make(locked, caller.actor)
    return webhook_secret(caller.namespace)


def sealed_about(namespace: Namespace) -> bytes:
    """The words for which the secret was sealed."""
    return f"webhook secret {namespace.uid}".encode()


def _check(caller: Caller) -> None:
    caller.require(Scope.ADMIN)
    if caller.key:
        raise Forbidden("A key may not have this secret. Sign in with the browser.")


def _make(namespace: Namespace, actor: Actor) -> str:
    sealed = master_keys().seal(os.urandom(LENGTH), sealed_about(namespace))
    text = b64encode(sealed).decode()
    Namespace.objects.filter(pk=namespace.pk).update(webhook_secret=text)
    audit_append(namespace, "webhook_secret.created", actor=actor, subject=namespace.uid)
    return text
