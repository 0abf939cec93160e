"""What a run tells the database: that it lives, how far it is, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.models import Export, ExportFile, State
from exports.wakeups import wake

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exports.domain.claims import Claim


def run_pulse(claim: Claim, **progress: Any) -> None:
    """Renew the lease, and write how far the run is.

    :raises Fenced: the attempt no longer holds its export, and must stop.
    """
    claim.fenced(lease_until=database_now() + settings.EXPORT_LEASE, **progress)


def run_publish(
    claim: Claim,
    *,
    files: Sequence[ExportFile],
    rows: int,
    snapshot: dict[str, Any],
    notices: Mapping[str, int],
) -> None:
    """Make the result visible, whole, at once.

    :param files: unsaved; they lie in the store already.
    :param notices: how often something was noticed, by its code.
    :raises Fenced: somebody was faster; nothing is visible.
    """
    export = claim.export
    with transaction.atomic():
        now = database_now()
        claim.fenced(
            state=State.READY,
            step="",
            slot=None,
            lease_until=None,
            rows_done=rows,
            rows_total=rows,
            bytes_done=sum(each.bytes for each in files if each.is_of_result),
            snapshot=snapshot,
            notices=dict(notices),
            ended_at=now,
            expires_at=now + export.namespace.retention,
        )
        ExportFile.objects.bulk_create(files)
        audit_append(
            export.namespace,
            "export.ready",
            actor=SYSTEM,
            subject=export.uid,
            attempt=claim.attempt,
            rows=rows,
            files=[
                {"name": each.name, "bytes": each.bytes, "sha256": each.sha256}
                for each in files
                if each.is_listed
            ],
        )
        transaction.on_commit(wake, robust=True)


def run_fail(claim: Claim, reason: str, detail: str = "") -> None:
    """End the export as failed.

    :param reason: a code of ``exports.domain.reasons``.
    :param detail: where exactly it went wrong, in our own words.
    :raises Fenced: the attempt no longer holds its export; its end is somebody else's.
    """
    with transaction.atomic():
        claim.fenced(**_failed(reason), reason_detail=detail[:500])
        _tell_failure(claim.export, claim.attempt, reason)


def run_reap(export: Export) -> bool:
    """End a run whose lease is over: its worker is gone, or cannot reach the database.

    :returns: False when it came back, or somebody else ended it.
    """
    with transaction.atomic():
        overdue = Export.objects.filter(
            pk=export.pk,
            attempt=export.attempt,
            state=State.RUNNING,
            lease_until__lt=database_now(),
        )
        if not overdue.update(**_failed("worker_lost")):
            return False
        _tell_failure(export, export.attempt, "worker_lost")
    return True


def _failed(reason: str) -> dict[str, Any]:
    return {
        "state": State.ERROR,
        "step": "",
        "slot": None,
        "reason": reason,
        "ended_at": database_now(),
    }


def _tell_failure(export: Export, attempt: int, reason: str) -> None:
    audit_append(
        export.namespace,
        "export.failed",
        actor=SYSTEM,
        subject=export.uid,
        attempt=attempt,
        reason=reason,
    )
    transaction.on_commit(wake, robust=True)
