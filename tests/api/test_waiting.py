"""What spares a script its polling: waiting, tags, and the limit on requests."""

from __future__ import annotations

from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from exports.api import limits, waiting
from exports.models import Export, State
from tests.api.conftest import Rest, key_for

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from exports.models import Collection, Namespace, User

TRIPS = {"collection": "trips"}


def end_soon() -> None:
    """Ends whatever waits, from another connection, as a worker would."""
    while not Export.objects.update(state=State.READY, ended_at=timezone.now()):
        sleep(0.02)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_it_answers_when_the_export_has_ended(rest: Rest, trips: Collection) -> None:
    worker = Thread(target=end_soon)
    worker.start()
    answer = rest.post("/exports", TRIPS, Prefer="respond-async, wait=30")
    worker.join()

    assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    assert answer.headers["Preference-Applied"] == "wait"
    assert answer.headers["Location"].endswith(answer.json()["id"])


@pytest.mark.django_db(transaction=True)
def test_a_key_that_only_writes_may_wait_too(demo: Namespace, ada: User, trips: Collection) -> None:
    rest = Rest(key_for(demo, ada, "exports:write"))
    worker = Thread(target=end_soon)
    worker.start()
    answer = rest.post("/exports", TRIPS, Prefer="wait=30")
    worker.join()

    assert (answer.status_code, answer.json()["state"]) == (200, "ready")


def test_it_waits_no_longer_than_it_was_asked_to(rest: Rest, trips: Collection) -> None:
    began = monotonic()
    answer = rest.post("/exports", TRIPS, Prefer="wait=1")

    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "2")
    assert 1 <= monotonic() - began < 3


@pytest.mark.parametrize("prefer", ["wait=-1", "wait=soon", "wait", "respond-async", "wait=1e3"])
def test_what_it_does_not_understand_it_passes_over(
    rest: Rest, trips: Collection, prefer: str
) -> None:
    assert rest.post("/exports", TRIPS, Prefer=prefer).status_code == 202


def test_a_quarter_of_the_threads_waits_and_no_more(rest: Rest, trips: Collection) -> None:
    seats = waiting._seats
    taken = [seats.acquire(blocking=False) for _ in range(3)]
    began = monotonic()
    try:
        assert taken == [True, True, False]
        assert rest.post("/exports", TRIPS, Prefer="wait=30").status_code == 202
        assert monotonic() - began < 5
    finally:
        for _ in range(2):
            seats.release()


def test_who_has_it_already_is_told_so(rest: Rest, finished: Export) -> None:
    first = rest.get(f"/exports/{finished.uid}")
    tag = first.headers["ETag"]

    again = rest.send("GET", f"/exports/{finished.uid}", If_None_Match=f'"other", W/{tag}')
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)

    Export.objects.update(hold_reason="An audit")
    changed = rest.send("GET", f"/exports/{finished.uid}", If_None_Match=tag)
    assert (changed.status_code, changed.json()["hold_reason"]) == (200, "An audit")
    assert changed.headers["ETag"] != tag


@pytest.fixture
def limited(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMIT = 3
    # A minute that ends in the middle of a test would begin to count anew.
    monkeypatch.setattr(limits, "time", lambda: 1_000_020.0)


@pytest.mark.usefixtures("limited")
def test_a_key_is_told_to_wait_and_another_is_not(rest: Rest, demo: Namespace, ada: User) -> None:
    assert [rest.get("/usage").status_code for _ in range(4)] == [200, 200, 200, 429]

    refused = rest.get("/usage")
    assert refused.json()["code"] == "rate_limited"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert Rest(key_for(demo, ada)).get("/usage").status_code == 200


@pytest.mark.usefixtures("limited")
def test_without_redis_nobody_is_held_up(
    rest: Rest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    limits._redis.cache_clear()
    monkeypatch.setattr(limits, "_counter", limits._Counter())
    try:
        assert {rest.get("/usage").status_code for _ in range(5)} == {200}
    finally:
        limits._redis.cache_clear()
