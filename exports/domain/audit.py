"""Appends to the history, in the transaction of what happened."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from exports.domain.clock import database_now
from exports.models import AuditChain, AuditDetail, AuditEvent, Namespace

if TYPE_CHECKING:
    from datetime import datetime

    from exports.models import Collection, Export

INSTALLATION = 0
_ONE_EVENT_PER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as the history shows it: it stays when the person or the key is gone."""

    name: str
    uid: str
    address: str = ""


SYSTEM = Actor(name="Waybill", uid="system")


class NoTransaction(RuntimeError):
    """An event was to be appended outside the transaction of what it tells."""


def audit_append(
    namespace: Namespace | None,
    action: str,
    *,
    actor: Actor,
    subject: str = "",
    **detail: Any,
) -> AuditEvent:
    """Append one event, and lock the head of its chain until the transaction ends.

    :param namespace: whose history; None is the installation's own.
    :param action: such as ``export.created``; docs/history.md lists them all.
    :param subject: the public id of what it is about.
    :param detail: particulars, JSON; kept apart, since they may be erased.
    :raises NoTransaction: called outside ``transaction.atomic()``.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(action)
    chain = namespace.pk if namespace else INSTALLATION
    salt, text = secrets.token_hex(16), canonical(detail)
    # The time is taken once the head is held, so that it follows the order of the chain.
    head = _head(chain)
    event = AuditEvent(
        namespace_id=namespace.pk if namespace else None,
        at=database_now(),
        action=action,
        actor=actor.name,
        actor_uid=actor.uid,
        address=actor.address,
        subject=subject,
        detail_digest=detail_digest(salt, text),
    )
    event.hash = event_hash(head.hash, event)
    event.save(force_insert=True)
    AuditDetail.objects.create(event_id=event.pk, salt=salt, detail=text)
    AuditChain.objects.filter(pk=chain).update(hash=event.hash)
    return event


def audit_once(
    namespace: Namespace,
    action: str,
    *,
    actor: Actor,
    about: Collection | Export,
    file: str = "",
    **detail: Any,
) -> None:
    """Append an event in its own transaction, unless the actor did the same within the hour.

    :param about: its subject.
    :param file: which of its files; each has events of its own.
    """
    named = {"file": file} if file else {}
    if _told_already(namespace, action, actor, about.uid, named):
        return
    with transaction.atomic():
        # One after the other, or two at once would both find that it was not told yet.
        type(about).objects.select_for_update(no_key=True).get(pk=about.pk)
        if not _told_already(namespace, action, actor, about.uid, named):
            audit_append(namespace, action, actor=actor, subject=about.uid, **named, **detail)


def detail_digest(salt: str, text: str) -> str:
    return _sha256(salt + text)


def event_hash(before: str, event: AuditEvent) -> str:
    """The hash of an event, which covers the hash of the one before it."""
    at: datetime = event.at
    said = [
        event.namespace_id,
        at.isoformat(),
        event.action,
        event.actor,
        event.actor_uid,
        event.address,
        event.subject,
        event.detail_digest,
    ]
    return _sha256(before + canonical(said))


def _told_already(
    namespace: Namespace, action: str, actor: Actor, subject: str, named: dict[str, str]
) -> bool:
    recent = AuditEvent.objects.filter(
        namespace_id=namespace.pk,
        action=action,
        actor_uid=actor.uid,
        subject=subject,
        at__gt=database_now() - _ONE_EVENT_PER,
    )
    if not named:
        return recent.exists()
    said = canonical(named).strip("{}")
    told = AuditDetail.objects.filter(event_id__in=recent.values("pk"), detail__contains=said)
    return told.exists()


def _head(chain: int) -> AuditChain:
    AuditChain.objects.bulk_create([AuditChain(namespace_id=chain)], ignore_conflicts=True)
    return AuditChain.objects.select_for_update().get(pk=chain)


def canonical(value: Any) -> str:
    """JSON with one way to write it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
