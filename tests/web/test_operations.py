"""The operators' page: what runs and waits, and whether the service is well."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone
from redis import Redis

from exports.domain.rounds import Round, round_note
from exports.models import Export, Namespace, State, User
from exports.queue.worker import ExportWorker
from tests.web.conftest import Browser, changed
from tests.web.reading import one, texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

OPERATIONS = "/demo/operations"


@pytest.fixture
def worker(db: None, settings: Any) -> str:
    """One that is there; its name as exports have it."""
    Redis.from_url(settings.REDIS_URL).flushall()
    for each in Round:
        round_note(each)
    found = ExportWorker()
    found.register_birth()  # type: ignore[no-untyped-call]  # RQ's
    return f"{found.hostname}:{found.pid}"


@pytest.fixture
def root(db: None) -> Browser:
    return Browser(User.objects.create_superuser("root@example.org", "x"))


def card(html: str, name: str) -> str:
    return one(html, "section", aria_labelledby=f"{name}-title").text


def test_all_is_well_and_nothing_happens(as_ada: Browser, worker: str) -> None:
    html = as_ada.get(OPERATIONS)

    assert texts(html, "span", class_="state") == 6 * ["Well"]
    assert card(html, "running") == "Running 0 of 1 at a time Nothing runs."
    assert card(html, "waiting") == "Waiting Nothing waits."
    assert card(html, "failures") == "Failures of the last seven days No export has failed."
    assert "Worker 1 free · seen just now · there since just now" in card(html, "workers")
    assert worker not in html


def test_it_shows_what_runs_and_waits_since_when(
    as_ada: Browser, worker: str, running: Export, make_export: Callable[..., Export]
) -> None:
    changed(running, worker=worker)
    changed(make_export(label="First"), created_at=timezone.now() - timedelta(hours=3))
    make_export(label="Second")
    html = as_ada.get(OPERATIONS)

    assert "Running Reading · 333 of 999 rows" in card(html, "running")
    assert "2, the oldest since 3 h ago First 1. in the queue" in card(html, "waiting")
    assert "Worker 1 busy with Running" in card(html, "workers")


def test_of_another_workspace_it_only_says_that_a_worker_is_busy(
    as_olaf: Browser, root: Browser, other: Namespace, worker: str, running: Export
) -> None:
    changed(running, worker=worker, label="Secret trips")
    html = as_olaf.get("/other/operations")

    assert "Worker 1 busy in another workspace" in card(html, "workers")
    hidden = ["Secret", running.uid, "Demo", "ada@example.org", worker]
    assert [each for each in hidden if each in html] == []
    seen = root.get("/other/operations")
    assert f"Worker 1 {worker} busy in Demo" in card(seen, "workers")
    assert "In all workspaces together, 0 wait and 1 run." in card(seen, "waiting")


def test_failures_are_grouped_by_their_reason(
    as_ada: Browser, worker: str, make_export: Callable[..., Export]
) -> None:
    for reason, days in (("storage_full", 1), ("timed_out", 2), ("timed_out", 3), ("failed", 8)):
        at = timezone.now() - timedelta(days=days)
        changed(make_export(), state=State.ERROR, reason=reason, ended_at=at)
    html = as_ada.get(OPERATIONS)

    assert [text.partition(".")[0] for text in texts(html, "li", class_="failure")] == [
        "2 The export took longer than a run may take",
        "1 There was no room left to write the result",
    ]
    assert one(html, "a", id="all-failed").attributes["href"] == "/demo/exports?state=error"


def test_storage_stands_against_the_quota(
    as_ada: Browser, worker: str, ready: Export, demo: Namespace
) -> None:
    Namespace.objects.filter(pk=demo.pk).update(quota=4690)
    html = as_ada.get(OPERATIONS)

    assert card(html, "room").startswith("Storage 4.7 kB of 4.7 kB used. Nothing is left")


def test_without_redis_it_still_comes_and_says_so(
    as_ada: Browser, settings: Any, tmp_path: Path, make_export: Callable[..., Export]
) -> None:
    make_export(label="Patient")
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    begun = time.monotonic()
    html = as_ada.get(OPERATIONS)

    assert time.monotonic() - begun < 2
    assert "Redis Does not answer Exports are still accepted, and wait." in one(html, "main").text
    assert "They start once Redis is back." in card(html, "waiting")
    assert "Redis knows them, and does not answer." in card(html, "workers")


def test_a_poll_brings_what_moves_and_no_more(as_ada: Browser, worker: str) -> None:
    part = as_ada.poll(OPERATIONS).content.decode()

    assert "<html" not in part
    poll = one(part, id="live").attributes
    assert (poll["hx-get"], poll["hx-trigger"]) == (OPERATIONS, "every 5s")


@pytest.mark.parametrize("count", [1, 3])
def test_it_takes_the_same_queries_for_any_number_of_rows(
    as_ada: Browser,
    worker: str,
    make_export: Callable[..., Export],
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        make_export()
        changed(make_export(), state=State.ERROR, reason="failed", ended_at=timezone.now())
    clock = connection.vendor == "postgresql"

    # Session, user, workspace, role; rounds; waiting, running, the queue; runs of workers;
    # failures; stored, reserved, quota; workspaces.
    with django_assert_num_queries(14 + 2 * clock):
        as_ada.get(OPERATIONS)
