"""GET /exports/{id}: how far it is, and how it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from exports.domain.claims import export_claim
from exports.domain.reasons import REASONS
from exports.models import Export, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Collection
    from tests.api.conftest import Rest

    MakeExport = Callable[..., Export]


def test_it_says_when_to_look_again(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()

    assert rest.get(f"/exports/{export.uid}").headers["Retry-After"] == "2"


def test_it_does_not_once_it_has_ended(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    rest.post(f"/exports/{export.uid}/cancel")

    assert "Retry-After" not in rest.get(f"/exports/{export.uid}").headers


def test_it_tells_how_far_a_run_is(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    export_claim(worker="w")
    Export.objects.update(
        rows_done=250,
        rows_total=1000,
        bytes_done=5000,
        started_at=timezone.now() - timedelta(seconds=10),
    )
    answer = rest.get(f"/exports/{export.uid}").json()

    assert (answer["state"], answer["step"], answer["attempts"]) == ("running", "reading", 1)
    assert (answer["rows_done"], answer["rows_total"], answer["bytes_done"]) == (250, 1000, 5000)
    assert answer["percent"] == 25
    assert answer["rows_per_second"] == pytest.approx(25, rel=0.1)
    assert answer["eta_seconds"] == pytest.approx(30, rel=0.1)


def test_while_the_total_is_unknown_it_guesses_nothing(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    export_claim(worker="w")
    Export.objects.update(rows_done=250)
    answer = rest.get(f"/exports/{export.uid}").json()

    assert (answer["percent"], answer["eta_seconds"]) == (None, None)


def test_a_failure_says_what_happened_and_what_to_do(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    Export.objects.update(
        state=State.ERROR, reason="source_changed", reason_detail="Line 3.", ended_at=timezone.now()
    )
    reason = REASONS["source_changed"]

    assert rest.get(f"/exports/{export.uid}").json()["error"] == {
        "code": "source_changed",
        "what": reason.what,
        "remedy": reason.remedy,
        "detail": "Line 3.",
    }


def test_a_finished_export_names_its_files(rest: Rest, finished: Export) -> None:
    answer = rest.get(f"/exports/{finished.uid}").json()
    data, manifest = answer["files"]

    assert (answer["state"], answer["percent"], answer["rows_done"]) == ("ready", 100, 2)
    assert answer["expires_at"] > answer["ended_at"] >= answer["started_at"]
    assert (data["name"], data["kind"], data["rows"]) == ("data.csv", "data", 2)
    assert data["url"] == f"/api/v1/exports/{finished.uid}/files/data.csv"
    assert (manifest["name"], manifest["kind"]) == ("manifest.json", "manifest")
    assert (manifest["rows"], manifest["content_type"]) == (None, "application/json")


def test_an_expired_export_names_no_files(rest: Rest, finished: Export) -> None:
    Export.objects.update(state=State.EXPIRED)

    assert rest.get(f"/exports/{finished.uid}").json()["files"] == []


def test_a_deleted_export_is_gone(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    rest.send("DELETE", f"/exports/{export.uid}")
    answer = rest.get(f"/exports/{export.uid}")

    assert (answer.status_code, answer.json()["code"]) == (410, "gone")


@pytest.mark.parametrize("uid", ["exp_nothing", "%00", "é", "exp_" + "x" * 500, "..."])
def test_what_is_not_there_is_404(uid: str, rest: Rest, trips: Collection) -> None:
    answer = rest.get(f"/exports/{uid}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_what_waits_knows_its_place(rest: Rest, make_export: Callable[..., Export]) -> None:
    exports = [make_export() for _ in range(3)]
    assert [rest.get(f"/exports/{each.uid}").json()["queue_place"] for each in exports] == [0, 1, 2]

    export_claim(worker="w")
    places = [item["queue_place"] for item in rest.get("/exports").json()["items"]]
    assert places == [1, 0, None]


def test_what_is_past_its_time_offers_no_files(rest: Rest, finished: Export) -> None:
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert rest.get(f"/exports/{finished.uid}").json()["files"] == []
