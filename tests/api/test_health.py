"""What load balancers are told, and what anybody may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis import Redis

from exports.domain.rounds import Round, round_note
from exports.domain.storage import result_store
from exports.models import Tally
from exports.queue.worker import ExportWorker
from exports.stores.local import LocalStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _all_is_well(db: None, settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()
    ExportWorker().register_birth()  # type: ignore[no-untyped-call]  # RQ's
    for each in Round:
        round_note(each)


def ready() -> tuple[int, str, dict[str, str]]:
    answer = Client().get("/health/ready")
    told = answer.json()
    status = told.pop("status")
    return answer.status_code, status, {name: each["state"] for name, each in told.items()}


WELL = dict.fromkeys(("database", "store", "redis", "workers", "reconciler", "deliverer"), "ok")
LATE = dict.fromkeys(("reconciler", "deliverer"), "late")
UNKNOWN = dict.fromkeys(LATE, "unknown")


def test_a_process_that_answers_lives_and_asks_nothing_else(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/health/live")

    assert (answer.status_code, answer.json(), len(queries)) == (200, {"status": "ok"}, 0)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("_all_is_well")
def test_all_is_well() -> None:
    assert ready() == (200, "ok", WELL)


@pytest.mark.usefixtures("_all_is_well")
def test_without_redis_requests_are_accepted_all_the_same(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"

    assert ready() == (200, "degraded", {**WELL, "redis": "down", "workers": "unknown"})


@pytest.mark.usefixtures("_all_is_well")
def test_a_missing_worker_and_late_rounds_are_told(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()
    Tally.objects.update(value=1)

    assert ready() == (200, "degraded", {**WELL, "workers": "none", **LATE})


@pytest.mark.parametrize("name", LATE)
def test_who_never_made_a_round_is_none(name: str, db: None) -> None:
    assert ready()[2][name] == "none"


@pytest.mark.usefixtures("_all_is_well")
def test_without_its_store_it_is_not_ready(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = LocalStore(tmp_path / "file" / "store")
    monkeypatch.setattr("exports.domain.health.result_store", lambda: store)

    assert ready() == (503, "down", {**WELL, "store": "down"})


@pytest.mark.usefixtures("_all_is_well")
def test_without_its_tables_it_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exports_tally RENAME TO gone")

    assert ready() == (503, "down", {**WELL, "database": "down", **UNKNOWN})


def test_a_worker_that_was_killed_is_soon_forgotten(settings: Any, db: None) -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    redis.flushall()
    worker = ExportWorker()
    worker.register_birth()  # type: ignore[no-untyped-call]  # RQ's

    assert 0 < redis.ttl(worker.key) <= 120


def test_asking_leaves_nothing_in_the_store(db: None) -> None:
    before = list(result_store().list())

    ready()

    assert list(result_store().list()) == before


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_only_asking_is_allowed(path: str, db: None) -> None:
    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("path", ["/health", "/health/", "/health/exports", "/metrics/"])
def test_nothing_else_lies_there(path: str, db: None) -> None:
    assert Client().get(path).status_code == 404
