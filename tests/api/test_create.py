"""POST /exports: accepted, stored, and told where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.models import AuditEvent, Collection, Export, State

if TYPE_CHECKING:
    from tests.api.conftest import Rest


def test_it_accepts_an_export(rest: Rest, trips: Collection) -> None:
    answer = rest.post("/exports", {"collection": "trips"})

    export = Export.objects.get()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/exports/{export.uid}"
    assert "Idempotent-Replayed" not in answer.headers
    assert rest.client.get(answer.headers["Location"]).json() == answer.json()


def test_it_answers_with_what_was_asked(rest: Rest, trips: Collection) -> None:
    asked = {
        "label": "Late ones",
        "description": "For the board",
        "format": "csv",
        "paths": ["carrier", "delay"],
        "where": {"field": "delay", "operator": "gt", "value": 60},
        "order_by": ["-delay"],
        "sample_size": 10,
        "file_name": "late",
        "timezone": "Europe/Paris",
    }
    answer = rest.post("/exports", {"collection": trips.uid, **asked}).json()

    assert {name: answer[name] for name in asked} == asked
    assert answer["collection"] == {"id": trips.uid, "name": "trips"}
    assert answer["created_by"] == "ada@example.org"


def test_a_new_export_waits(rest: Rest, trips: Collection) -> None:
    answer = rest.post("/exports", {"collection": "trips"}).json()

    nothing_yet: dict[str, Any] = {
        "state": State.PENDING,
        "step": None,
        "attempts": 0,
        "queue_place": 0,
        "waits_until": None,
        "rows_done": 0,
        "rows_total": None,
        "bytes_done": 0,
        "rows_per_second": None,
        "eta_seconds": None,
        "percent": None,
        "error": None,
        "files": [],
        "started_at": None,
        "ended_at": None,
        "expires_at": None,
    }
    assert {name: answer[name] for name in nothing_yet} == nothing_yet


def test_times_are_rfc_3339_in_utc(rest: Rest, trips: Collection) -> None:
    answer = rest.post("/exports", {"collection": "trips"}).json()

    assert answer["created_at"][10] == "T"
    assert answer["created_at"][-1] == "Z"


def test_objects_is_a_synonym_of_collection(rest: Rest, trips: Collection) -> None:
    assert rest.post("/exports", {"objects": "trips"}).json()["collection"]["name"] == "trips"


def test_a_filter_may_come_as_its_json_text(rest: Rest, trips: Collection) -> None:
    answer = rest.post("/exports", {"collection": "trips", "where": '{"delay": {"$gt": 60}}'})

    assert answer.json()["where"] == {"delay": {"$gt": 60}}


@pytest.mark.parametrize("where", ["", " ", "null", "{}", {}, None])
def test_a_filter_may_ask_for_everything(where: Any, rest: Rest, trips: Collection) -> None:
    assert rest.post("/exports", {"collection": "trips", "where": where}).status_code == 202


def test_the_history_names_the_key(rest: Rest, trips: Collection) -> None:
    uid = rest.post("/exports", {"collection": "trips"}).json()["id"]

    event = AuditEvent.objects.get(action="export.created")
    assert (event.subject, event.actor) == (uid, "ada@example.org (test)")
    assert event.address == "127.0.0.1"


def test_an_auditor_may_not(auditing: Rest, trips: Collection) -> None:
    answer = auditing.post("/exports", {"collection": "trips"})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not Export.objects.exists()


def test_a_collection_that_is_not_there_is_404(rest: Rest, demo: object) -> None:
    answer = rest.post("/exports", {"collection": "nowhere"})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"] == "There is no such collection here."


def test_a_collection_that_is_not_ready_is_409(rest: Rest, trips: Collection) -> None:
    Collection.objects.update(state=Collection.State.PREPARING)
    answer = rest.post("/exports", {"collection": "trips"})

    assert (answer.status_code, answer.json()["code"]) == (409, "collection_not_ready")
    assert "preparing" in answer.json()["detail"]
