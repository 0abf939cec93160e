"""Real worker processes, a real queue, and what happens when one of them is killed."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from redis import Redis

from exports.domain.claims import something_waits
from exports.domain.exports import export_cancel
from exports.domain.storage import result_store
from exports.models import Export, State, Tally
from exports.queue.reconciler import reconcile_once
from exports.queue.worker import ExportWorker
from exports.sources.register import register
from exports.wakeups import RUN_NEXT, wake
from tests.conftest import registered
from tests.faults.processes import horse_of, is_alive, wait_until, worker
from tests.plugin import VAR
from tests.services import valkey, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.models import Namespace
    from exports.sources.register import Registered


def state_of(export: Export) -> str:
    export.refresh_from_db()
    return export.state


@pytest.fixture
def _empty_queue(transactional_db: None) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()


@pytest.fixture(scope="session")
def long_found() -> Registered:
    """An export of them takes seconds; they are soon made, since few texts are different."""
    file = write_parquet(
        VAR / "sources" / "long.parquet",
        "SELECT i AS document_id, repeat(md5((i % 50)::VARCHAR), 20) AS text "
        "FROM range(1500000) r(i)",
    )
    return register([str(file)], key="document_id", roots=[file.parent], scratch=VAR / "register")


@pytest.fixture
def ask_long(
    demo: Namespace, make_export: Callable[..., Export], long_found: Registered
) -> Callable[..., Export]:
    registered(demo, "long", long_found)
    return partial(make_export, collection="long", format="jsonl")


@pytest.fixture
def long(ask_long: Callable[..., Export]) -> Export:
    return ask_long()


@pytest.mark.usefixtures("_empty_queue")
def test_a_worker_runs_what_is_accepted(
    service_env: dict[str, str], make_export: Callable[..., Export]
) -> None:
    with worker(service_env):
        first = make_export(format="csv")
        second = make_export(format="jsonl")
        wait_until(lambda: state_of(second) == State.READY)

    assert state_of(first) == State.READY
    assert first.ended_at
    assert second.started_at
    assert first.ended_at <= second.started_at


@pytest.mark.usefixtures("_empty_queue")
def test_a_cancelled_run_stops_and_the_next_starts(
    service_env: dict[str, str],
    admin: Caller,
    long: Export,
    make_export: Callable[..., Export],
) -> None:
    with worker(service_env) as process:
        after = make_export()
        wait_until(lambda: state_of(long) == State.RUNNING and long.rows_done > 0)
        horse = horse_of(process.pid)
        assert horse

        export_cancel(admin, long)

        gone = wait_until(lambda: not is_alive(horse), 10)
        wait_until(lambda: state_of(after) == State.READY)

    print(f"horse gone after {gone:.2f} s")
    assert gone <= 2
    assert state_of(long) == State.CANCELLED
    assert list(result_store().list(f"{long.namespace.uid}/{long.uid}/")) == []


@pytest.mark.usefixtures("_empty_queue")
def test_a_horse_dies_with_its_worker_and_another_one_makes_the_export(
    service_env: dict[str, str], ask_long: Callable[..., Export]
) -> None:
    long = ask_long(sample_size=600_000)
    service_env["WAYBILL_LEASE"] = "2"
    with worker(service_env) as process:
        wait_until(lambda: state_of(long) == State.RUNNING and long.rows_done > 0)
        horse = horse_of(process.pid)
        assert horse

        process.kill()
        process.wait()

        wait_until(lambda: not is_alive(horse), 5)
    wait_until(lambda: reconcile_once()["reaped"] == 1)
    assert (state_of(long), long.reason) == (State.PENDING, "worker_lost")
    assert list(result_store().list(f"{long.namespace.uid}/{long.uid}/")) == []

    wait_until(something_waits, 5)
    with worker(service_env):
        wake()
        wait_until(lambda: state_of(long) == State.READY)
    assert long.attempt == 2


@pytest.mark.usefixtures("_empty_queue")
def test_a_run_that_comes_back_after_its_lease_changes_nothing(
    service_env: dict[str, str], long: Export
) -> None:
    service_env["WAYBILL_LEASE"] = "1.5"
    with worker(service_env) as process:
        wait_until(lambda: state_of(long) == State.RUNNING and long.rows_done > 0)
        horse = horse_of(process.pid)
        assert horse

        os.kill(horse, signal.SIGSTOP)
        wait_until(lambda: reconcile_once()["reaped"] == 1)
        os.kill(horse, signal.SIGCONT)

        wait_until(lambda: not is_alive(horse), 10)

    assert (state_of(long), long.reason) == (State.PENDING, "worker_lost")
    assert not long.files.exists()
    assert Tally.objects.get(pk="fenced_writes").value == 1
    assert list(result_store().list(f"{long.namespace.uid}/{long.uid}/")) == []


@pytest.mark.usefixtures("transactional_db")
def test_a_run_and_its_worker_outlive_redis(
    service_env: dict[str, str],
    ask_long: Callable[..., Export],
    make_export: Callable[..., Export],
    settings: Any,
    tmp_path: Path,
) -> None:
    long = ask_long(sample_size=600_000)
    with ExitStack() as first:
        settings.REDIS_URL = service_env["REDIS_URL"] = first.enter_context(valkey(tmp_path))
        with worker(service_env) as process:
            assert wake()
            wait_until(lambda: state_of(long) == State.RUNNING and long.rows_done > 0)

            first.close()
            after = make_export()
            wait_until(lambda: state_of(long) == State.READY)
            with valkey(tmp_path):
                reconcile_once()
                wait_until(lambda: state_of(after) == State.READY)

            assert process.poll() is None


def test_what_rq_notes_of_a_run_does_not_end_it(settings: Any, tmp_path: Path) -> None:
    with valkey(tmp_path) as url:
        settings.REDIS_URL = url
        one = ExportWorker()
        job = one.queues[0].enqueue(RUN_NEXT)
        execution = one.prepare_execution(job)

    one.maintain_heartbeats(job, execution)
