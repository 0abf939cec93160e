"""What becomes of an attempt that was lost: another one, in its place, after a pause."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone

from exports.domain.attempts import attempts_clear
from exports.domain.claims import Claim, export_claim, pause_left, something_waits
from exports.domain.cleaning import leases_reap
from exports.domain.exports import export_cancel, export_delete
from exports.domain.places import queue_place, queue_places
from exports.domain.reasons import REASONS
from exports.domain.runs import run_fail, run_publish
from exports.domain.storage import result_store
from exports.models import AuditDetail, AuditEvent, Export, Namespace, State, Tally
from exports.stores.sealed import SIDECAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller

SECOND = timedelta(seconds=1)


def take() -> Claim:
    claim = export_claim(worker="w")
    assert claim
    return claim


def lose() -> None:
    """The worker of what runs is gone, and somebody notices."""
    Export.objects.filter(state=State.RUNNING).update(lease_until=timezone.now() - SECOND)
    assert leases_reap() == 1


def wait() -> None:
    """The pause is over."""
    Export.objects.filter(state=State.PENDING).update(waits_until=timezone.now() - SECOND)


def write(claim: Claim, name: str = "data.csv") -> None:
    writer = result_store().create(f"{claim.prefix}/{name}")
    writer.write(b"half")
    writer.close()


def files_of(export: Export) -> list[str]:
    keys = result_store().list(f"{export.namespace.uid}/{export.uid}/")
    return [key for key in keys if not key.endswith(SIDECAR)]


def test_these_reasons_are_retried_and_no_others() -> None:
    assert {code for code, reason in REASONS.items() if reason.retried} == {
        "worker_lost",
        "source_changed",
        "store_unavailable",
        "database_unavailable",
        "order_broken",
    }


def test_a_lost_attempt_waits_in_its_place_and_nothing_passes_it(
    make_export: Callable[..., Export],
) -> None:
    first, second = make_export(), make_export()
    take()
    lose()

    first.refresh_from_db()
    assert (first.state, first.attempt, first.slot, first.started_at) == ("pending", 1, None, None)
    assert first.waits_until
    assert timedelta(0) < first.waits_until - timezone.now() <= settings.EXPORT_PAUSES[0]
    assert not something_waits()
    assert export_claim(worker="w") is None
    assert (queue_place(first), queue_place(second)) == (0, 1)

    wait()
    claim = take()
    assert (claim.export, claim.attempt) == (first, 2)
    assert (claim.export.waits_until, claim.export.reason) == (None, "")


def test_the_second_pause_is_longer_and_the_third_loss_is_the_end(
    make_export: Callable[..., Export], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    export = make_export()
    pauses = []
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        for _ in range(3):
            take()
            lose()
            pauses.append(round(pause_left() or 0))
            wait()

    export.refresh_from_db()
    assert pauses == [1, 10, 0]
    assert (export.state, export.reason, export.attempt) == ("error", "worker_lost", 3)
    assert dict(Tally.objects.values_list("name", "value")) == {"reaps": 3, "retries": 2}


def test_each_lost_attempt_is_an_event_with_its_reason(make_export: Callable[..., Export]) -> None:
    export = make_export()
    run_fail(take(), "source_changed")
    wait()
    run_fail(take(), "storage_full")

    events = AuditEvent.objects.filter(subject=export.uid).order_by("pk")
    assert [each.action for each in events] == [
        "export.created",
        "export.started",
        "export.retried",
        "export.started",
        "export.failed",
    ]
    told = AuditDetail.objects.get(event_id=events[2].pk).said
    assert told == {"attempt": 1, "reason": "source_changed"}


@pytest.mark.parametrize("code", sorted(REASONS))
def test_what_another_attempt_cannot_mend_ends_at_once(
    code: str, make_export: Callable[..., Export]
) -> None:
    export = make_export()
    run_fail(take(), code)

    export.refresh_from_db()
    assert export.state == ("pending" if REASONS[code].retried else "error")


def test_with_two_slots_two_lost_attempts_start_again_in_their_order(
    make_export: Callable[..., Export], demo: Namespace
) -> None:
    Namespace.objects.update(max_running=2)
    exports = [make_export() for _ in range(3)]
    first, second = take(), take()
    run_fail(second, "store_unavailable")
    wait()
    run_fail(first, "store_unavailable")
    assert export_claim(worker="w") is None

    wait()
    assert [take().export, take().export] == exports[:2]
    assert queue_places(exports) == {exports[2].pk: 0}


@pytest.mark.parametrize("end", [export_cancel, export_delete])
def test_what_waits_to_be_tried_again_can_be_ended(
    end: Callable[[Caller, Export], object], admin: Caller, make_export: Callable[..., Export]
) -> None:
    export, after = make_export(), make_export()
    take()
    lose()
    end(admin, export)

    export.refresh_from_db()
    assert (export.state, export.waits_until, pause_left()) == ("cancelled", None, None)
    assert take().export == after


def test_what_a_lost_attempt_wrote_goes_while_it_waits(make_export: Callable[..., Export]) -> None:
    export = make_export()
    write(take())
    assert attempts_clear(result_store()) == 0
    lose()

    assert attempts_clear(result_store()) == 1
    assert files_of(export) == []


def test_what_lies_beside_the_attempts_stops_nobody(
    make_export: Callable[..., Export], settings: Any
) -> None:
    export = make_export()
    write(take())
    lose()
    odd = settings.STORE_DIR / export.namespace.uid / export.uid / "notes.txt"
    odd.touch()

    assert attempts_clear(result_store()) == 1
    assert files_of(export) == [f"{export.namespace.uid}/{export.uid}/notes.txt"]
    odd.unlink()


def test_what_a_lost_attempt_wrote_goes_while_the_next_one_runs(
    make_export: Callable[..., Export],
) -> None:
    export = make_export()
    write(take())
    lose()
    wait()
    current = take()
    write(current)

    assert attempts_clear(result_store()) == 1
    assert files_of(export) == [f"{current.prefix}/data.csv"]


def test_what_a_lost_attempt_wrote_goes_after_the_next_one_was_published(
    make_export: Callable[..., Export],
) -> None:
    export = make_export()
    write(take())
    lose()
    wait()
    current = take()
    write(current)
    run_publish(current, files=[], rows=1, snapshot={}, notices={})

    assert attempts_clear(result_store()) == 1
    assert files_of(export) == [f"{current.prefix}/data.csv"]
    export.refresh_from_db()
    assert export.lease_until is None


def test_what_an_attempt_still_removes_itself_is_left_to_it(
    make_export: Callable[..., Export],
) -> None:
    claim_of = make_export()
    claim = take()
    write(claim)
    run_fail(claim, "store_unavailable")

    assert attempts_clear(result_store()) == 0
    assert len(files_of(claim_of)) == 1
