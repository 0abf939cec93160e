"""Messages about the end of exports: written down with it, claimed, delivered or given up.

A message is delivered at least once. What a killed process had set out to deliver is anybody's
again when its lease is over; whoever comes back too late changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.domain.errors import Conflict, NotFound
from exports.domain.messages import email_body, webhook_body
from exports.models import Delivery, Export, Scope, ScriptRun

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

    from exports.domain.access import Caller
    from exports.domain.audit import Actor

_OVERDUE = timedelta(minutes=1)
_LOST = "The process that set out to deliver it was lost each time."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try.

    :ivar text: in our own words. :ivar status: what the other side answered.
    :ivar final: another try would fare no better.
    """

    text: str
    delivered: bool = False
    status: int | None = None
    final: bool = False


def follow_up(export: Export) -> None:
    """Write down what follows the end of an export, in the transaction of that end."""
    if not export.notify and not export.after_script:
        return
    ended = Export.objects.select_related("namespace", "collection").get(pk=export.pk)
    now = database_now()
    wanted = [each for each in ended.notify if ended.state in each["on"]]
    Delivery.objects.bulk_create(_delivery(ended, each, now) for each in wanted)
    if ended.after_script:
        ScriptRun.objects.create(export=ended)


def delivery_claim(passing_over: Collection[int] = ()) -> Delivery | None:
    """The message that has been due for longest, for the caller to deliver within the lease.

    :param passing_over: namespaces that have their share already.
    """
    now = database_now()
    if not _due(now, passing_over).exists():
        return None
    with transaction.atomic():
        due = _due(now, passing_over).select_for_update(skip_locked=True, of=("self",), no_key=True)
        found = due.select_related("export__namespace").order_by("next_at", "pk").first()
        if found is None:
            return None
        if found.tries > len(settings.DELIVERY_PAUSES):
            _end(found, Outcome(_LOST, final=True), now)
            return None
        found.tries += 1
        found.next_at = now + settings.DELIVERY_LEASE
        found.outcome, found.status = "", None
        found.save(update_fields=["tries", "next_at", "outcome", "status"])
    return found


def delivery_end(delivery: Delivery, outcome: Outcome) -> bool:
    """Write down what came of a try.

    :returns: False when the message had become somebody else's meanwhile; nothing was written.
    """
    with transaction.atomic():
        return _end(delivery, outcome, database_now())


def deliveries_of(export: Export) -> QuerySet[Delivery]:
    return export.deliveries.order_by("pk")


def delivery_retry(caller: Caller, export: Export, uid: str) -> Delivery:
    """Try again from now on, as if it had never been tried.

    :raises NotFound: the export has no such message.
    :raises Conflict: it was delivered, or is being delivered.
    """
    caller.require(Scope.EXPORTS_WRITE)
    with transaction.atomic():
        locked = export.deliveries.select_for_update(no_key=True)
        found = locked.filter(uid=uid).first()
        if found is None:
            raise NotFound("delivery")
        if not is_retriable(found):
            raise Conflict("Only what failed can be tried again: see its state.")
        found.state, found.tries = Delivery.State.WAITING, 0
        found.outcome, found.status, found.ended_at = "", None, None
        found.next_at = database_now()
        found.save()
        _append(found, "delivery.retried", caller.actor)
    return found


def deliveries_overdue(now: datetime) -> int:
    """How many messages should have been on their way for a minute: no deliverer runs, or it is
    too slow.
    """
    return _due(now - _OVERDUE, ()).count()


def is_retriable(delivery: Delivery) -> bool:
    """Whether it failed, for good or so far."""
    paused = delivery.state == Delivery.State.WAITING and delivery.outcome
    return bool(delivery.state == Delivery.State.FAILED or paused)


def webhook_delivery(export: Export, url: str, now: datetime) -> Delivery:
    """A message that is due at once, not saved yet and without a body."""
    return Delivery(export=export, channel=Delivery.Channel.WEBHOOK, target=url, next_at=now)


def _delivery(export: Export, notice: dict[str, str], now: datetime) -> Delivery:
    if notice.get("email"):
        made = Delivery(
            export=export, channel=Delivery.Channel.EMAIL, target=notice["email"], next_at=now
        )
        made.body = email_body(export)
    else:
        made = webhook_delivery(export, notice["webhook"], now)
        made.body = webhook_body(made.uid, export)
    return made


def _due(now: datetime, passing_over: Collection[int]) -> QuerySet[Delivery]:
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now)
    return due.exclude(export__namespace__in=passing_over) if passing_over else due


def _end(delivery: Delivery, outcome: Outcome, now: datetime) -> bool:
    held = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.WAITING, next_at=delivery.next_at
    )
    told = {"outcome": outcome.text[:200], "status": outcome.status}
    again = delivery.tries <= len(settings.DELIVERY_PAUSES)
    if not outcome.delivered and not outcome.final and again:
        pause = settings.DELIVERY_PAUSES[delivery.tries - 1]
        return bool(held.update(next_at=now + pause, **told))
    state, action = (
        (Delivery.State.DELIVERED, "delivery.delivered")
        if outcome.delivered
        else (Delivery.State.FAILED, "delivery.failed")
    )
    if not held.update(state=state, next_at=None, ended_at=now, **told):
        return False
    _append(delivery, action, SYSTEM, tries=delivery.tries, outcome=outcome.text)
    return True


def _append(delivery: Delivery, action: str, actor: Actor, **detail: object) -> None:
    export = delivery.export
    audit_append(
        export.namespace,
        action,
        actor=actor,
        subject=export.uid,
        delivery=delivery.uid,
        channel=delivery.channel,
        target=delivery.target,
        **detail,
    )
