"""What is made good when nobody is looking."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import InterfaceError, connection
from django.utils import timezone
from redis import Redis

from exports.domain.claims import export_claim
from exports.domain.errors import Gone
from exports.domain.exports import export_cancel, export_delete
from exports.domain.storage import result_store
from exports.models import AuditEvent, Export, IdempotencyKey, State
from exports.queue.reconciler import reconcile_forever, reconcile_once
from exports.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller


def waiting_jobs() -> int:
    return int(Redis.from_url(settings.REDIS_URL).llen(f"rq:queue:{settings.QUEUE}"))


def files_of(export: Export) -> list[str]:
    return list(result_store().list(f"{export.namespace.uid}/{export.uid}/"))


def test_what_waits_is_woken_when_its_wake_up_was_lost(
    make_export: Callable[..., Export], transactional_db: None
) -> None:
    make_export()
    Redis.from_url(settings.REDIS_URL).flushall()

    reconcile_once()

    assert waiting_jobs() == 1


def test_with_nothing_to_do_it_does_nothing(transactional_db: None) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()

    assert not any(reconcile_once().values())
    assert waiting_jobs() == 0


def lose_what_runs() -> None:
    """Its worker is gone, and Redis has forgotten everything."""
    Export.objects.filter(state=State.RUNNING).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    Redis.from_url(settings.REDIS_URL).flushall()


def test_a_lost_run_is_woken_when_its_pause_is_over(
    make_export: Callable[..., Export], transactional_db: None
) -> None:
    make_export(), make_export()
    export_claim(worker="w")
    lose_what_runs()

    assert reconcile_once()["reaped"] == 1
    assert waiting_jobs() == 0

    Export.objects.update(waits_until=timezone.now())
    reconcile_once()
    assert waiting_jobs() == 1


def test_a_run_that_is_lost_for_good_ends_and_the_next_is_woken(
    make_export: Callable[..., Export], transactional_db: None
) -> None:
    lost, _ = make_export(), make_export()
    export_claim(worker="w")
    Export.objects.filter(pk=lost.pk).update(attempt=len(settings.EXPORT_PAUSES) + 1)
    lose_what_runs()

    assert reconcile_once()["reaped"] == 1

    lost.refresh_from_db()
    assert (lost.state, lost.reason) == ("error", "worker_lost")
    assert waiting_jobs() >= 1


def test_it_comes_by_when_a_pause_ends(
    make_export: Callable[..., Export], transactional_db: None
) -> None:
    make_export()
    export_claim(worker="w")
    lose_what_runs()
    stop = Stop()

    def reconcile() -> None:
        reconcile_forever(stop)
        connection.close()

    loop = Thread(target=reconcile)
    loop.start()
    began = time.monotonic()
    while not waiting_jobs() and time.monotonic() - began < 10:
        time.sleep(0.02)
    stop.set()
    loop.join()

    # The pause is of one second, and a round comes every five.
    assert 0.8 < time.monotonic() - began < 3


def test_an_expired_export_loses_its_files_and_keeps_its_line(
    finished: Export, admin: Caller
) -> None:
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert reconcile_once()["expired"] == 1

    finished.refresh_from_db()
    assert finished.state == State.EXPIRED
    assert files_of(finished) == []
    assert AuditEvent.objects.filter(subject=finished.uid, action="export.expired").count() == 1
    with pytest.raises(Gone):
        admin.file(finished.uid, "data.csv")


def test_a_ready_export_keeps_its_files(finished: Export) -> None:
    before = files_of(finished)

    reconcile_once()

    assert files_of(finished) == before != []


def test_a_deleted_export_loses_its_files(finished: Export, admin: Caller) -> None:
    export_delete(admin, finished)

    assert reconcile_once()["cleared"] == 1
    assert files_of(finished) == []
    assert reconcile_once()["cleared"] == 0


def test_the_files_of_a_cancelled_run_are_left_until_its_lease_is_over(
    admin: Caller, make_export: Callable[..., Export], transactional_db: None
) -> None:
    make_export()
    claim = export_claim(worker="w")
    assert claim
    writer = result_store().create(f"{claim.prefix}/data.parquet")
    writer.write(b"half")
    writer.close()
    export_cancel(admin, claim.export)

    reconcile_once()
    left = f"{claim.prefix}/data.parquet"
    assert files_of(claim.export) == [left, f"{left}.key"]

    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    reconcile_once()
    assert files_of(claim.export) == []


def test_old_idempotency_keys_of_ended_exports_are_forgotten(
    finished: Export, admin: Caller
) -> None:
    IdempotencyKey.objects.create(
        namespace=admin.namespace, owner="o", key="k", body_hash="", export=finished
    )
    assert reconcile_once()["forgotten"] == 0

    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert reconcile_once()["forgotten"] == 1


def test_what_a_killed_run_spilled_goes_once_its_lease_is_over(
    make_export: Callable[..., Export], transactional_db: None
) -> None:
    make_export()
    claim = export_claim(worker="w")
    assert claim
    spilled = settings.SCRATCH_DIR / claim.scratch
    spilled.mkdir(parents=True)
    (spilled / "sorted.tmp").write_text("in the clear")

    assert reconcile_once()["scratch"] == 0
    assert spilled.exists()

    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert reconcile_once()["scratch"] == 1
    assert not spilled.exists()


def test_what_a_killed_preview_spilled_goes_when_it_is_old(transactional_db: None) -> None:
    spilled = settings.SCRATCH_DIR / "preview-0"
    spilled.mkdir(parents=True)
    assert reconcile_once()["scratch"] == 0

    os.utime(spilled, (0, 0))
    assert reconcile_once()["scratch"] == 1
    assert not spilled.exists()


def test_a_store_that_fails_does_not_keep_back_what_waits(
    finished: Export, admin: Caller, make_export: Callable[..., Export]
) -> None:
    export_delete(admin, finished)
    make_export()
    Redis.from_url(settings.REDIS_URL).flushall()
    folder = settings.STORE_DIR / finished.namespace.uid / finished.uid
    folder.joinpath("x" * 201).touch()  # no key that the store could have made

    done = reconcile_once()

    assert (done["cleared"], waiting_jobs()) == (0, 1)


def test_a_result_past_its_time_is_not_given_out_before_the_reconciler_comes(
    finished: Export, admin: Caller
) -> None:
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Gone):
        admin.file(finished.uid, "data.csv")


def test_what_no_attempt_wrote_stops_nothing(
    make_export: Callable[..., Export], transactional_db: None
) -> None:
    make_export()
    claim = export_claim(worker="w")
    assert claim
    lose_what_runs()
    left = result_store().create(f"{claim.prefix}/data.parquet")
    left.close()
    stray = f"{claim.export.namespace.uid}/{claim.export.uid}/.DS_Store"
    settings.STORE_DIR.joinpath(stray).touch()

    assert reconcile_once()["leftovers"] == 1
    assert files_of(claim.export) == [stray]


def test_a_round_that_fails_is_tried_again_whatever_it_was(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    stop = Stop()
    rounds = iter([InterfaceError("connection already closed"), KeyError("what?")])

    def once() -> None:
        if failure := next(rounds, None):
            raise failure
        stop.set()

    monkeypatch.setattr("exports.queue.reconciler.reconcile_once", once)
    monkeypatch.setattr("exports.queue.reconciler.connection.close", lambda: None)
    monkeypatch.setattr(settings, "RECONCILE_EVERY", timedelta(milliseconds=1))

    reconcile_forever(stop)

    assert next(rounds, None) is None
