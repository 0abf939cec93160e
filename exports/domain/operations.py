"""What whoever runs a workspace watches: workers, what runs, what waits, what failed, the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min

from exports.domain.clock import database_now
from exports.domain.health import health
from exports.domain.quota import usage_of
from exports.domain.reasons import reason_for
from exports.models import Export, Scope, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from exports.domain.access import Caller
    from exports.domain.health import Health
    from exports.domain.quota import Usage
    from exports.domain.reasons import Reason
    from exports.domain.workers import Worker

FAILURES_OF = timedelta(days=7)
_SHOWN = 10  # of those that wait


@dataclass(frozen=True, slots=True)
class Busy:
    """A worker, and what it does.

    :ivar export: of the caller's namespace. :ivar elsewhere: whether it is another's.
    :ivar namespace: its name, for superusers; empty for others.
    """

    worker: Worker
    export: Export | None = None
    elsewhere: bool = False
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """How many exports failed for one reason lately, and when the last of them did."""

    reason: Reason
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Operations:
    """One look.

    :ivar now: by the database's clock. :ivar waiting: how many; the first of them are ``queue``.
    :ivar everywhere: how many wait and run in all namespaces, for superusers; None for others.
    """

    now: datetime
    health: Health
    workers: list[Busy]
    running: list[Export]
    queue: list[Export]
    waiting: int
    oldest: datetime | None
    failures: list[Failure]
    usage: Usage
    everywhere: tuple[int, int] | None


def operations(caller: Caller) -> Operations:
    """A handful of queries; without Redis, half a second more.

    :raises Forbidden: the caller administers nothing here.
    """
    caller.require(Scope.ADMIN)
    now, state = database_now(), health()
    there = caller.namespace.exports.select_related("collection", "created_by")
    pending = there.filter(state=State.PENDING)
    counted = pending.aggregate(count=Count("pk"), oldest=Min("created_at"))
    running = list(there.filter(state=State.RUNNING).order_by("slot"))
    return Operations(
        now=now,
        health=state,
        workers=_busy(caller, state.workers or ()),
        running=running,
        queue=list(pending.order_by("pk")[:_SHOWN]),
        waiting=counted["count"],
        oldest=counted["oldest"],
        failures=_failures(caller, now - FAILURES_OF),
        usage=usage_of(caller.namespace),
        everywhere=_everywhere() if caller.user.is_superuser else None,
    )


def _busy(caller: Caller, workers: Sequence[Worker]) -> list[Busy]:
    """Nothing of another namespace but that a worker is busy there; to superusers also where."""
    names = [each.name for each in workers]
    runs = Export.objects.filter(state=State.RUNNING, worker__in=names)
    run_by = {each.worker: each for each in runs.select_related("namespace")}
    return [_what(caller, each, run_by.get(each.name)) for each in workers]


def _what(caller: Caller, worker: Worker, run: Export | None) -> Busy:
    if run is None:
        return Busy(worker)
    if run.namespace_id == caller.namespace.pk:
        return Busy(worker, export=run)
    namespace = run.namespace.name if caller.user.is_superuser else ""
    return Busy(worker, elsewhere=True, namespace=namespace)


def _failures(caller: Caller, since: datetime) -> list[Failure]:
    failed = caller.namespace.exports.filter(state=State.ERROR, ended_at__gte=since)
    grouped = failed.values("reason").annotate(count=Count("pk"), last=Max("ended_at"))
    return [
        Failure(reason_for(each["reason"]), each["count"], each["last"])
        for each in grouped.order_by("-count", "reason")
    ]


def _everywhere() -> tuple[int, int]:
    counts = dict(
        Export.objects.filter(state__in=[State.PENDING, State.RUNNING])
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    return counts.get(State.PENDING, 0), counts.get(State.RUNNING, 0)
