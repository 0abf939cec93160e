"""Keep, hold, release, run again, and the room that is used, over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.domain.access import caller_for
from exports.domain.exports import export_create
from exports.domain.requests import request_parse
from exports.models import AuditDetail, AuditEvent, Export, Namespace, Principal
from tests.api.conftest import Rest, key_for, paths_of
from tests.conftest import give

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Collection, User


def test_it_is_kept_until_a_moment_with_its_offset(rest: Rest, finished: Export) -> None:
    until = (timezone.now() + timedelta(days=30)).replace(microsecond=0)
    body = {"until": until.isoformat(), "reason": "The audit is late."}
    answer = rest.post(f"/exports/{finished.uid}/keep", body)

    assert answer.status_code == 200
    assert answer.json()["expires_at"] == until.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"until": "2013-01-01T00:00:00Z", "reason": "r"}, "until"),
        ({"until": "2013-01-01T00:00:00", "reason": "r"}, "until"),
        ({"until": "soon", "reason": "r"}, "until"),
        ({"until": 1e300, "reason": "r"}, "until"),
        ({"until": "9999-12-31T23:59:59Z", "reason": "r"}, "until"),
        ({"until": "2013-01-01T00:00:00Z", "reason": 5}, "reason"),
        ({"reason": "r"}, "until"),
    ],
)
def test_what_will_not_do_is_named(
    body: dict[str, Any], path: str, rest: Rest, finished: Export
) -> None:
    answer = rest.post(f"/exports/{finished.uid}/keep", body)

    assert answer.status_code == 422
    assert paths_of(answer) == [path]


def test_a_hold_is_shown_and_keeps_it_from_being_deleted(rest: Rest, finished: Export) -> None:
    path = f"/exports/{finished.uid}"
    assert rest.post(f"{path}/hold", {"reason": "A court."}).json()["hold_reason"] == "A court."

    refused = rest.send("DELETE", path)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert rest.post(f"{path}/hold", {"reason": "Again."}).status_code == 409

    assert rest.post(f"{path}/release", {"reason": "Done."}).json()["hold_reason"] == ""
    assert rest.send("DELETE", path).status_code == 204


def test_running_again_makes_a_new_export_of_the_same_request(
    rest: Rest, make_export: Callable[..., Export], ua: Principal
) -> None:
    asked = {
        "label": "Some",
        "format": "csv",
        "paths": ["delay"],
        "where": {"delay": {"$gte": 95}},
        "order_by": ["-delay"],
        "sample_size": 5,
        "sample_method": "random",
        "sample_seed": 7,
        "compression": "gzip",
        "csv": {"delimiter": ";"},
        "principal": "UA",
        "timezone": "Europe/Paris",
    }
    first = make_export(**asked)
    Export.objects.update(state="error", reason="source_changed")
    answer = rest.post(f"/exports/{first.uid}/retry")

    told = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/exports/{told['id']}"
    assert (told["retry_of"], told["state"]) == (first.uid, "pending")
    assert {name: told[name] for name in asked} == asked | {
        "principal": {"id": ua.uid, "name": "UA"}
    }
    second = Export.objects.get(uid=told["id"])
    assert second.frozen == first.frozen
    event = AuditEvent.objects.get(action="export.created", subject=second.uid)
    assert AuditDetail.objects.get(event_id=event.pk).said["retry_of"] == first.uid


def test_what_has_not_ended_is_not_run_again(
    rest: Rest, make_export: Callable[..., Export]
) -> None:
    answer = rest.post(f"/exports/{make_export().uid}/retry")

    assert answer.status_code == 409
    assert "waiting" in answer.json()["detail"]


def test_who_is_bound_runs_his_own_again(
    demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, principal="UA", trips="export")
    first, _ = export_create(caller_for(eve, "demo"), request_parse({"collection": "trips"}))
    Export.objects.update(state="ready")

    told = Rest(key_for(demo, eve)).post(f"/exports/{first.uid}/retry").json()

    assert told["principal"]["name"] == "UA"


def test_the_room_is_told(rest: Rest, finished: Export, outside: Rest) -> None:
    Namespace.objects.filter(slug="demo").update(quota=1000)
    stored = sum(each.bytes for each in finished.files.all())

    assert rest.get("/usage").json() == {
        "used_bytes": stored,
        "reserved_bytes": 0,
        "quota_bytes": 1000,
    }
    assert outside.get("/usage").json()["used_bytes"] == 0


def test_over_the_quota_nothing_is_accepted(rest: Rest, finished: Export) -> None:
    stored = sum(each.bytes for each in finished.files.all())
    Namespace.objects.filter(slug="demo").update(quota=stored)
    answer = rest.post("/exports", {"collection": "trips"})

    assert (answer.status_code, answer.json()["code"]) == (409, "quota_exceeded")
    assert f"used {stored:,} of its {stored:,} bytes" in answer.json()["detail"]
    assert Export.objects.count() == 1
