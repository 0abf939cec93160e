"""What an operator watches, as the database knows it: counts, times, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from exports.domain.clock import database_now
from exports.domain.deliveries import deliveries_overdue
from exports.domain.rounds import Round, rounds_ago
from exports.domain.seconds import Spread
from exports.models import Export, Namespace, State, Tally
from exports.tallies import TALLIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

# Seconds. An export of the sample takes one, the longest that is allowed by default six hours.
BOUNDS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600)

_PUBLISHED = Q(state__in=[State.READY, State.EXPIRED])


@dataclass(frozen=True, slots=True)
class Room:
    """What a namespace's results take up, in bytes; ``quota`` is None where nothing limits it."""

    slug: str
    stored: int
    quota: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One look at everything. Counts of what ended, ``rows``, ``bytes`` and ``tallies`` only
    rise: an export that is deleted goes on to count.
    """

    states: Mapping[str, int]
    failures: Mapping[str, int]
    waited: Spread
    ran: Spread
    rows: int
    bytes: int
    oldest_waiting: timedelta | None
    overdue: int
    overdue_deliveries: int
    rooms: list[Room]
    tallies: Mapping[str, int]
    rounds: Mapping[Round, timedelta]


def figures() -> Figures:
    """A handful of queries, each of which counts in the database."""
    now = database_now()
    ended = Export.objects.filter(ended_at__isnull=False)
    sums = Export.objects.filter(_PUBLISHED).aggregate(
        rows=Coalesce(Sum("rows_done"), 0), bytes=Coalesce(Sum("bytes_done"), 0)
    )
    oldest = Export.objects.filter(state=State.PENDING).aggregate(at=Min("created_at"))["at"]
    tallies = dict(Tally.objects.filter(name__in=TALLIES).values_list("name", "value"))
    return Figures(
        states=_states(),
        failures=dict(
            ended.filter(state=State.ERROR)
            .values_list("reason")
            .annotate(count=Count("pk"))
            .order_by("reason")
        ),
        waited=Spread.of(ended, "created_at", "started_at", BOUNDS),
        ran=Spread.of(ended, "started_at", "ended_at", BOUNDS),
        rows=sums["rows"],
        bytes=sums["bytes"],
        oldest_waiting=now - oldest if oldest else None,
        overdue=Export.objects.filter(state=State.RUNNING, lease_until__lt=now).count(),
        overdue_deliveries=deliveries_overdue(now),
        rooms=_rooms(),
        tallies={name: tallies.get(name, 0) for name in TALLIES},
        rounds=rounds_ago(),
    )


def _states() -> dict[str, int]:
    """How many exports there are in each state; deleted ones are not there any more."""
    there = Export.objects.filter(deleted_at=None).values_list("state")
    found = dict(there.annotate(count=Count("pk")).order_by())
    return {state: found.get(state, 0) for state in State.values}


def _rooms() -> list[Room]:
    kept = Sum("exports__files__bytes", filter=Q(exports__cleared_at=None))
    stored = Coalesce(kept, 0, output_field=BigIntegerField())
    namespaces = Namespace.objects.annotate(stored=stored).order_by("slug")
    return [Room(*row) for row in namespaces.values_list("slug", "stored", "quota")]
