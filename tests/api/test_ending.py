"""Cancel and delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.domain.claims import export_claim
from exports.models import AuditEvent, Export, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.conftest import Rest

    MakeExport = Callable[..., Export]


def test_cancelling_is_final_at_once(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    export_claim(worker="w")
    answer = rest.post(f"/exports/{export.uid}/cancel")

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert answer.json()["ended_at"]
    assert Export.objects.get().slot is None


def test_what_has_ended_is_not_cancelled(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    Export.objects.update(state=State.READY)
    answer = rest.post(f"/exports/{export.uid}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer.json()["detail"] == "This export cannot be cancelled: it is ready."


def test_cancelling_needs_no_body(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()

    assert rest.send("POST", f"/exports/{export.uid}/cancel", kind="").status_code == 200


def test_deleting_cancels_and_hides(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    answer = rest.send("DELETE", f"/exports/{export.uid}")

    export.refresh_from_db()
    assert (answer.status_code, answer.content) == (204, b"")
    assert export.state == State.CANCELLED
    assert export.deleted_at


def test_deleting_stays_in_the_history(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    rest.send("DELETE", f"/exports/{export.uid}")

    events = AuditEvent.objects.filter(subject=export.uid).order_by("pk")
    actions = ["export.created", "export.cancelled", "export.deleted"]
    assert [each.action for each in events] == actions


def test_deleting_twice_is_gone(rest: Rest, make_export: MakeExport) -> None:
    export = make_export()
    rest.send("DELETE", f"/exports/{export.uid}")

    assert rest.send("DELETE", f"/exports/{export.uid}").status_code == 410
    assert AuditEvent.objects.filter(action="export.deleted").count() == 1


def test_a_key_for_reading_may_neither(reading: Rest, make_export: MakeExport) -> None:
    export = make_export()

    assert reading.post(f"/exports/{export.uid}/cancel").status_code == 403
    assert reading.send("DELETE", f"/exports/{export.uid}").status_code == 403
    assert Export.objects.get().state == State.PENDING
