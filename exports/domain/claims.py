"""The claim: which export runs next, in which slot, as which attempt.

Every later write of a run goes through :meth:`Claim.fenced`, which lets it through only while
this attempt is the one that holds the export. A worker that was thought dead and comes back
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from exports.domain import seams
from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.models import Export, Namespace, State, Step

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


class Fenced(Exception):
    """This attempt no longer holds its export: it was cancelled, ended, or given to another."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one export."""

    export: Export
    attempt: int
    worker: str

    @property
    def prefix(self) -> str:
        """Where this attempt's files lie, and no other's."""
        return f"{attempts_prefix(self.export)}/{self.attempt}"

    @property
    def scratch(self) -> str:
        """The name of the folder for what this attempt spills."""
        return f"{self.export.uid}-{self.attempt}"

    def is_published(self) -> bool:
        """Whether the files that the export shows are this attempt's."""
        return self.export.files.filter(attempt=self.attempt).exists()

    def fenced(self, **changes: Any) -> None:
        """Write to the export, if this attempt still holds it.

        :raises Fenced: it does not; nothing was written.
        """
        held = Export.objects.filter(pk=self.export.pk)
        if seams.FENCED:
            held = held.filter(attempt=self.attempt, state=State.RUNNING)
        if not held.update(**changes):
            raise Fenced(self.export.uid)


def attempts_prefix(export: Export) -> str:
    return f"{export.namespace.uid}/{export.uid}"


def export_claim(*, worker: str) -> Claim | None:
    """Take the oldest waiting export of the namespace that was served longest ago.

    :param worker: the name of who asks, shown to operators.
    :returns: None when nothing waits, no slot is free, or another worker was faster.
    """
    try:
        with transaction.atomic():
            return _claim(worker)
    except IntegrityError:
        # Two workers saw the same free slot; the unique index let one of them have it.
        return None


def something_waits() -> bool:
    """Whether a worker that asks now could get something."""
    return _in_turn(database_now()).exists()


def pause_left() -> float | None:
    """Seconds until the next lost attempt has waited long enough; None when none waits."""
    now = database_now()
    paused = Export.objects.filter(state=State.PENDING, waits_until__gt=now)
    until = paused.aggregate(until=Min("waits_until"))["until"]
    return (until - now).total_seconds() if until else None


def _claim(worker: str) -> Claim | None:
    # The namespace's row is locked before its exports are looked at, and a locked one is passed
    # over: workers spread over namespaces instead of queueing for one.
    now = database_now()
    turn = _in_turn(now).select_for_update(skip_locked=True, of=("self",), no_key=True)
    namespace = turn.first()
    if namespace is None:
        return None
    slot = _free_slot(namespace)
    export = (
        _waiting(namespace)
        .select_for_update(of=("self",), no_key=True)
        .select_related("namespace", "collection")
        .first()
    )
    if slot is None or export is None or (export.waits_until and export.waits_until > now):
        return None
    Export.objects.filter(pk=export.pk).update(
        state=State.RUNNING,
        step=Step.READING,
        steps={Step.READING: now.isoformat()},
        attempt=F("attempt") + 1,
        slot=slot,
        worker=worker,
        lease_until=now + settings.EXPORT_LEASE,
        waits_until=None,
        reason="",
        reason_detail="",
        bytes_reserved=0,
        started_at=now,
    )
    Namespace.objects.filter(pk=namespace.pk).update(served_at=now)
    export.refresh_from_db()
    audit_append(
        namespace,
        "export.started",
        actor=SYSTEM,
        subject=export.uid,
        attempt=export.attempt,
        worker=worker,
    )
    return Claim(export, export.attempt, worker)


def _in_turn(now: datetime) -> QuerySet[Namespace]:
    """Namespaces with something waiting and a free slot, the longest unserved first.

    Where a lost attempt pauses at the head, nothing passes it.
    """
    waiting = Export.objects.filter(namespace=OuterRef("pk"), state=State.PENDING)
    running = (
        Export.objects.filter(namespace=OuterRef("pk"), state=State.RUNNING)
        .values("namespace")
        .annotate(count=Count("pk"))
        .values("count")
    )
    busy = Coalesce(Subquery(running), 0)
    head = Subquery(waiting.order_by("pk").values("waits_until")[:1])
    free = Namespace.objects.alias(busy=busy, head=head).filter(
        Exists(waiting), Q(head=None) | Q(head__lte=now), busy__lt=F("max_running")
    )
    return free.order_by(F("served_at").asc(nulls_first=True), "pk")


def _waiting(namespace: Namespace) -> QuerySet[Export]:
    return Export.objects.filter(namespace=namespace, state=State.PENDING).order_by("pk")


def _free_slot(namespace: Namespace) -> int | None:
    running = Export.objects.filter(namespace=namespace, state=State.RUNNING)
    taken = set(running.values_list("slot", flat=True))
    return next((slot for slot in range(namespace.max_running) if slot not in taken), None)
