"""What a workspace exported on each of the last days, counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce, TruncDate

from exports.domain.clock import database_now
from exports.models import Scope, State

if TYPE_CHECKING:
    from exports.domain.access import Caller

_PUBLISHED = Q(state__in=[State.READY, State.EXPIRED])


@dataclass(frozen=True, slots=True)
class Day:
    """One day in UTC: exports that were asked for; rows, bytes and failures of those that ended.

    Exports that expired or were deleted since go on to count.
    """

    day: date
    exports: int = 0
    rows: int = 0
    bytes: int = 0
    failures: int = 0


def daily(caller: Caller, days: int) -> list[Day]:
    """The last days, today among them, the oldest first: two queries.

    :raises Forbidden: the caller may not read the history.
    """
    caller.require(Scope.AUDIT_READ)
    today = database_now().astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time.min, tzinfo=UTC)
    exports = caller.namespace.exports.order_by()
    made = dict(
        exports.filter(created_at__gte=since)
        .values_list(TruncDate("created_at", tzinfo=UTC))
        .annotate(count=Count("*"))
    )
    sums = {
        "rows": Coalesce(Sum("rows_done", filter=_PUBLISHED), 0),
        "bytes": Coalesce(Sum("bytes_done", filter=_PUBLISHED), 0),
        "failures": Count("ended_at", filter=Q(state=State.ERROR)),
    }
    ended = {
        day: figures
        for day, *figures in exports.filter(ended_at__gte=since)
        .values_list(TruncDate("ended_at", tzinfo=UTC))
        .annotate(**sums)
    }
    dates = [first + timedelta(days=n) for n in range(days)]
    return [Day(each, made.get(each, 0), *ended.get(each, ())) for each in dates]
