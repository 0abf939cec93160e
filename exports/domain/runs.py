"""What a run tells the database: that it lives, how far it is, how it ended, what follows."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.domain.deliveries import follow_up
from exports.domain.reasons import reason_for
from exports.models import Export, ExportFile, State
from exports.tallies import REAPS, RETRIES, tally
from exports.wakeups import wake

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from exports.domain.claims import Claim

_NONE: Mapping[str, float] = {}


def run_pulse(claim: Claim, *, begun: Mapping[str, float] = _NONE, **progress: Any) -> None:
    """Renew the lease, and write how far the run is.

    :param begun: how many seconds ago it began each step after the first.
    :raises Fenced: the attempt no longer holds its export, and must stop.
    """
    now = database_now()
    steps = _steps(claim, begun, now)
    claim.fenced(lease_until=now + settings.EXPORT_LEASE, steps=steps, **progress)


def run_publish(
    claim: Claim,
    *,
    files: Sequence[ExportFile],
    rows: int,
    snapshot: dict[str, Any],
    notices: Mapping[str, int],
    begun: Mapping[str, float] = _NONE,
) -> None:
    """Make the result visible, whole, at once.

    :param files: unsaved; they lie in the store already.
    :param notices: how often something was noticed, by its code.
    :param begun: how many seconds ago each step after the first began.
    :raises Fenced: somebody was faster; nothing is visible.
    """
    export = claim.export
    with transaction.atomic():
        now = database_now()
        claim.fenced(
            state=State.READY,
            step="",
            steps=_steps(claim, begun, now),
            slot=None,
            # What earlier attempts left is still to be looked for: see attempts_clear.
            lease_until=None if claim.attempt == 1 else now,
            bytes_reserved=0,
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
        follow_up(export)
        transaction.on_commit(wake, robust=True)


def run_fail(claim: Claim, reason: str, detail: str = "") -> None:
    """End this attempt: another one follows, where it may do better, or the export has failed.

    :param reason: a code of ``exports.domain.reasons``.
    :param detail: where exactly it went wrong, in our own words.
    :raises Fenced: the attempt no longer holds its export; its end is somebody else's.
    """
    with transaction.atomic():
        claim.fenced(**_ended(claim.attempt, reason, detail))
        _tell(claim.export, claim.attempt, reason)


def run_reap(export: Export) -> bool:
    """End an attempt whose lease is over: its worker is gone, or cannot reach the database.

    :returns: False when it came back, or somebody else ended it.
    """
    with transaction.atomic():
        overdue = Export.objects.filter(
            pk=export.pk,
            attempt=export.attempt,
            state=State.RUNNING,
            lease_until__lt=database_now(),
        )
        if not overdue.update(**_ended(export.attempt, "worker_lost", "")):
            return False
        _tell(export, export.attempt, "worker_lost")
    tally(REAPS)
    return True


def _steps(claim: Claim, begun: Mapping[str, float], now: datetime) -> dict[str, str]:
    """When this attempt began each step; what was written once stays as it is."""
    times = {step: (now - timedelta(seconds=ago)).isoformat() for step, ago in begun.items()}
    claim.export.steps = {**times, **claim.export.steps}
    steps: dict[str, str] = claim.export.steps
    return steps


def _is_retried(attempt: int, reason: str) -> bool:
    return reason_for(reason).retried and attempt <= len(settings.EXPORT_PAUSES)


def _ended(attempt: int, reason: str, detail: str) -> dict[str, Any]:
    """What becomes of the export: at the head of its queue again, after a pause, or failed."""
    now = database_now()
    ended = {"step": "", "slot": None, "reason": reason, "reason_detail": detail[:500]}
    if not _is_retried(attempt, reason):
        return {**ended, "state": State.ERROR, "ended_at": now}
    return {
        **ended,
        "state": State.PENDING,
        "waits_until": now + settings.EXPORT_PAUSES[attempt - 1],
        "started_at": None,
        "rows_done": 0,
        "rows_total": None,
        "bytes_done": 0,
    }


def _tell(export: Export, attempt: int, reason: str) -> None:
    retried = _is_retried(attempt, reason)
    audit_append(
        export.namespace,
        "export.retried" if retried else "export.failed",
        actor=SYSTEM,
        subject=export.uid,
        attempt=attempt,
        reason=reason,
    )
    if not retried:
        follow_up(export)
    # While it pauses nothing of its namespace starts; the reconciler wakes a worker afterwards.
    transaction.on_commit(partial(tally, RETRIES) if retried else wake, robust=True)
