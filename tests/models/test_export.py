"""What the tables refuse, whoever writes to them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from exports.models import Export, Format, State

if TYPE_CHECKING:
    from collections.abc import Callable


def _running(export: Export, slot: int | None) -> None:
    Export.objects.filter(pk=export.pk).update(
        state=State.RUNNING, slot=slot, attempt=1, lease_until=timezone.now()
    )


def test_two_runs_cannot_hold_one_slot(make_export: Callable[..., Export]) -> None:
    _running(make_export(), 0)

    with pytest.raises(IntegrityError), transaction.atomic():
        _running(make_export(), 0)


def test_a_run_cannot_be_without_a_slot(make_export: Callable[..., Export]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _running(make_export(), None)


def test_a_state_that_does_not_exist_is_refused(make_export: Callable[..., Export]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=make_export().pk).update(state="done")


@pytest.mark.parametrize(
    ("state", "done", "total", "percent"),
    [
        (State.PENDING, 0, None, None),
        (State.RUNNING, 50, None, None),
        (State.RUNNING, 50, 200, 25),
        (State.RUNNING, 200, 200, 99),
        (State.READY, 200, 200, 100),
        (State.READY, 0, 0, 100),
    ],
)
def test_percent_is_100_only_when_ready(
    state: str, done: int, total: int | None, percent: int | None
) -> None:
    export = Export(state=state, format=Format.CSV, rows_done=done, rows_total=total)

    assert export.percent == percent


def test_the_time_it_ran_counts_from_its_start() -> None:
    now = timezone.now()
    export = Export(started_at=now - timedelta(seconds=90), ended_at=now - timedelta(seconds=30))

    assert export.seconds_run(now) == 60
    assert Export().seconds_run(now) is None
