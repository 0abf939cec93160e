"""What an operator watches, counted by the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exports.domain.figures import figures
from exports.domain.rounds import Round, round_note, rounds_ago
from exports.domain.seconds import Spread
from exports.models import Export, ExportFile, Namespace, State, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def lasting(make_export: Callable[..., Export]) -> Callable[..., None]:
    """Exports that waited a minute, and ran for so many seconds each."""

    def make(*seconds: float, **fields: Any) -> None:
        started = BEGIN + timedelta(minutes=1)
        for each in seconds:
            Export.objects.filter(pk=make_export().pk).update(
                created_at=BEGIN,
                started_at=started,
                ended_at=started + timedelta(seconds=each),
                **{"state": State.READY, **fields},
            )

    return make


def test_times_fall_into_their_bounds(lasting: Callable[..., None]) -> None:
    lasting(0.25, 1, 1.5, 7, 8)

    found = Spread.of(Export.objects.all(), "started_at", "ended_at", (1, 5))

    assert found.counts == [2, 1, 2]
    assert found.total == pytest.approx(17.75, abs=0.01)


def test_what_has_not_ended_does_not_count(make_export: Callable[..., Export]) -> None:
    make_export()

    assert Spread.of(Export.objects.all(), "started_at", "ended_at", (1,)).counts == [0, 0]


def test_all_that_is_watched_is_counted(
    lasting: Callable[..., None], make_export: Callable[..., Export], demo: Namespace
) -> None:
    lasting(2, 3, rows_done=10, bytes_done=100)
    lasting(4, state=State.EXPIRED, rows_done=10, bytes_done=100)
    lasting(5, state=State.ERROR, reason="storage_full", rows_done=7)
    lasting(6, rows_done=1, bytes_done=1, deleted_at=BEGIN)
    waiting = make_export()
    Export.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(hours=1))
    Tally.objects.create(name="fenced_writes", value=3)

    found = figures()

    states = {state: count for state, count in found.states.items() if count}
    assert states == {"ready": 2, "expired": 1, "error": 1, "pending": 1}
    assert found.failures == {"storage_full": 1}
    assert (found.rows, found.bytes) == (31, 301)
    assert (sum(found.waited.counts), sum(found.ran.counts)) == (5, 5)
    assert found.oldest_waiting
    assert round(found.oldest_waiting / timedelta(hours=1), 2) == 1
    assert found.tallies == {"reaps": 0, "retries": 0, "fenced_writes": 3, "wakeups_failed": 0}


def test_a_run_whose_lease_is_over_is_overdue(make_export: Callable[..., Export]) -> None:
    Export.objects.filter(pk=make_export().pk).update(
        state=State.RUNNING, slot=0, attempt=1, lease_until=BEGIN
    )

    assert figures().overdue == 1


def test_what_lies_in_the_store_counts_for_its_workspace(
    finished: Export, other: Namespace
) -> None:
    Namespace.objects.filter(pk=other.pk).update(quota=500)
    stored = sum(ExportFile.objects.values_list("bytes", flat=True))

    found = {each.slug: (each.stored, each.quota) for each in figures().rooms}
    assert found == {"demo": (stored, None), "other": (0, 500)}

    Export.objects.update(cleared_at=BEGIN)
    assert {each.stored for each in figures().rooms} == {0}


def test_more_exports_take_no_more_queries(lasting: Callable[..., None]) -> None:
    counts = []
    for _ in range(2):
        lasting(1, 2, 3)
        with CaptureQueriesContext(connection) as queries:
            figures()
        counts.append(len([each for each in queries if "clock_timestamp" not in each["sql"]]))

    assert counts == [11, 11]


@pytest.mark.parametrize("name", Round)
def test_a_round_is_noted(name: Round, db: None) -> None:
    assert rounds_ago() == {}

    round_note(name)
    round_note(name)

    assert rounds_ago().keys() == {name}
    assert rounds_ago()[name] < timedelta(seconds=5)
    Tally.objects.update(value=int(timezone.now().timestamp()) - 90)
    assert round(rounds_ago()[name].total_seconds()) in (90, 91)


def test_the_sum_is_the_same_in_whatever_order_it_is_added(lasting: Callable[..., None]) -> None:
    """0.1 + 0.2 + 0.3 is more than 0.3 + 0.2 + 0.1; a counter that falls has begun anew."""
    lasting(*(0.1, 0.2, 0.3), *(60.1, 60.2, 60.3))

    assert figures().ran.total == 181.2


def test_nothing_lasts_less_than_no_time(lasting: Callable[..., None]) -> None:
    """The clocks of two machines differ."""
    lasting(-5, 2)

    found = Spread.of(Export.objects.all(), "started_at", "ended_at", (1,))
    assert (found.counts, found.total) == ([1, 1], 2)
