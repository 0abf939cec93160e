"""How far an export is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exports.models import Export, State
from exports.web.progress import Progress

BEGAN = datetime(2024, 3, 1, 12, tzinfo=UTC)


STEPS = {
    "reading": BEGAN.isoformat(),
    "checking": (BEGAN + timedelta(seconds=7)).isoformat(),
}


def progress(seconds: float = 10, **fields: Any) -> Progress:
    """Of a run that began so many seconds ago."""
    known = {"state": State.RUNNING, "step": "reading", "rows_done": 250, "rows_total": 1000}
    export = Export(**{"started_at": BEGAN, **known, **fields})
    export.created_at = BEGAN - timedelta(seconds=2)
    return Progress(export, BEGAN + timedelta(seconds=seconds))


def test_what_is_left_follows_from_what_is_done() -> None:
    assert progress().rows_per_second == 25
    assert progress().left == 30
    assert progress().waited == 2


@pytest.mark.parametrize(
    "early",
    [
        progress(1),
        progress(rows_done=10),
        progress(rows_total=None),
        progress(rows_total=0, rows_done=0),
        progress(rows_done=2000),
    ],
)
def test_nothing_is_guessed_too_early(early: Progress) -> None:
    assert early.left is None


def test_what_has_not_begun_has_no_speed() -> None:
    waiting = progress(state=State.PENDING, started_at=None, rows_done=0)

    assert (waiting.elapsed, waiting.rows_per_second, waiting.left) == (None, None, None)
    assert waiting.waited == 12


@pytest.mark.parametrize(
    ("fields", "marks"),
    [
        ({"state": State.PENDING, "step": ""}, "now next next next next"),
        ({"step": ""}, "done now next next next"),
        ({"step": "reading"}, "done now next next next"),
        ({"step": "publishing"}, "done done done now next"),
        ({"state": State.READY, "step": ""}, "done done done done done"),
        ({"state": State.ERROR, "step": "", "steps": STEPS}, "done done stopped next next"),
        (
            {"state": State.CANCELLED, "step": "", "started_at": None},
            "stopped next next next next",
        ),
    ],
)
def test_the_steps_are_marked(fields: dict[str, Any], marks: str) -> None:
    assert " ".join(stage.mark for stage in progress(**fields).stages) == marks


@pytest.mark.parametrize(
    ("fields", "took"),
    [
        ({"step": "checking", "steps": STEPS}, [2, 7, 3, None, None]),
        (
            {"state": State.ERROR, "steps": STEPS, "ended_at": BEGAN + timedelta(seconds=8)},
            [2, 7, 1, None, None],
        ),
        (
            {"state": State.PENDING, "steps": STEPS, "started_at": None},
            [12, None, None, None, None],
        ),
        (
            {"state": State.CANCELLED, "started_at": None, "ended_at": BEGAN},
            [2, None, None, None, None],
        ),
    ],
)
def test_each_step_says_how_long_it_took(fields: dict[str, Any], took: list[float | None]) -> None:
    assert [stage.took for stage in progress(**fields).stages] == took


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "25 per cent, about 30 s left."),
        ({"rows_total": None}, "Reading: 250 rows so far."),
        ({"state": State.PENDING}, "The export is waiting."),
        ({"state": State.ERROR}, "The export is failed."),
    ],
)
def test_it_is_told_in_a_sentence(fields: dict[str, Any], text: str) -> None:
    assert progress(**fields).told == text


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (0, "It is the next of this workspace, and starts as soon as a worker is free."),
        (1, "One export of this workspace will start before it."),
        (1200, "1,200 exports of this workspace will start before it."),
    ],
)
def test_its_place_in_the_queue_is_told(place: int, told: str) -> None:
    assert Progress(Export(state=State.PENDING), BEGAN, place).queued == told


@pytest.mark.parametrize(("seconds", "when"), [(8, " in 8 s"), (-1, "")])
def test_an_attempt_that_was_lost_is_told_with_its_reason(seconds: float, when: str) -> None:
    lost = Export(
        state=State.PENDING,
        attempt=1,
        reason="source_changed",
        waits_until=BEGAN + timedelta(seconds=seconds),
    )

    assert Progress(lost, BEGAN, 0).queued == (
        "A file of the collection changed while it was being read. "
        f"Nothing of it was published. Attempt 2 follows{when}."
    )


def test_it_is_heard_once_for_each_tenth() -> None:
    done = [progress(rows_done=rows).heard for rows in (0, 99, 100, 199, 200)]

    assert len(set(done)) == 3
