"""Cancelled at once, at whatever step, and nothing of it is ever seen."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from redis import Redis

from exports.domain.exports import export_cancel
from exports.domain.storage import result_store
from exports.models import Export, State
from tests.faults.processes import horse_of, is_alive, wait_until, worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller

STEPS = ("reading", "checking", "publishing")
LINGERING = ("-m", "tests.faults.worker", *(f"--{step}=0.7" for step in STEPS))


def reach(export: Export, step: str) -> int:
    """Wait until it is there; the process that runs it."""
    wait_until(lambda: is_at(export, step))
    horse = horse_of(int(export.worker.rpartition(":")[2]))
    assert horse
    return horse


def gone_after(horse: int) -> float:
    return wait_until(lambda: not is_alive(horse), 5)


def is_at(export: Export, step: str) -> bool:
    export.refresh_from_db()
    return export.state == State.RUNNING and export.step == step


def is_ready(export: Export) -> bool:
    export.refresh_from_db()
    return export.state == State.READY


@pytest.mark.usefixtures("transactional_db")
def test_it_is_cancelled_at_once_at_every_step(
    service_env: dict[str, str], admin: Caller, make_export: Callable[..., Export]
) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()
    took, gone, ended = [], [], []

    def cancel(export: Export) -> None:
        began = time.monotonic()
        export_cancel(admin, export)
        took.append(time.monotonic() - began)
        ended.append(export)
        assert export.state == State.CANCELLED

    with worker(service_env, *LINGERING), worker(service_env, *LINGERING):
        current, waiting = make_export(), make_export()
        cancel(waiting)
        for step in STEPS:
            horse = reach(current, step)
            cancel(current)
            gone.append(gone_after(horse))
            current = make_export()

        horse, following = reach(current, "reading"), make_export()
        os.kill(horse, signal.SIGSTOP)
        cancel(current)
        starts = wait_until(lambda: is_at(following, "reading"), 5)
        os.kill(horse, signal.SIGCONT)
        gone.append(gone_after(horse))
        wait_until(lambda: is_ready(following))

    seen = sum(each.files.count() for each in ended)
    stored = [
        key for each in ended for key in result_store().list(f"{each.namespace.uid}/{each.uid}/")
    ]
    print(f"cancelled within {max(took):.2f} s, the horse gone within {max(gone):.2f} s")
    print(f"files visible afterwards {seen}, left over {len(stored)}, next after {starts:.2f} s")
    assert max(gone) <= 2
    assert (seen, stored) == (0, [])
