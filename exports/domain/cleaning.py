"""What is left to do when nobody is looking: overdue leases, expiry, files of ended attempts."""

from __future__ import annotations

import logging
import shutil
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from exports.domain.attempts import delete_below
from exports.domain.audit import SYSTEM, audit_append
from exports.domain.claims import attempts_prefix
from exports.domain.clock import database_now
from exports.domain.downloads import downloads_going_on
from exports.domain.runs import run_reap
from exports.models import Download, Export, IdempotencyKey, State
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import QuerySet

    from exports.stores.base import Store

logger = logging.getLogger(__name__)

# What else spills, and for how many seconds nobody needs it, at the very most.
_LASTS = {"preview-*": 600, "statistics-*": 3600, "register-*": 24 * 3600}


def leases_reap() -> int:
    """End the attempts whose lease is over. Returns how many."""
    overdue = Export.objects.filter(state=State.RUNNING, lease_until__lt=database_now())
    return sum(run_reap(export) for export in overdue.select_related("namespace"))


def exports_expire() -> int:
    """Mark what is past its time; its files go afterwards. Returns how many."""
    due = _due().filter(deleted_at=None)
    return sum(_expire(export) for export in due.select_related("namespace"))


def exports_clear(store: Store) -> int:
    """Remove the files of exports that will not be downloaded any more. Returns how many.

    An attempt that was told to stop may still be writing: its files are left alone until its
    lease is over. So are those of an expired export while a download of them may go on.
    """
    now = database_now()
    over = Q(lease_until=None) | Q(lease_until__lt=now)
    wanted = Exists(downloads_going_on(now).filter(file__export=OuterRef("pk")))
    ended = Q(state__in=[State.ERROR, State.CANCELLED]) | Q(Q(state=State.EXPIRED), ~wanted)
    dead = Export.objects.filter(ended | Q(deleted_at__isnull=False), over, cleared_at=None)
    cleared = 0
    for export in dead.exclude(state__in=[State.PENDING, State.RUNNING]).select_related(
        "namespace"
    ):
        try:
            _remove_files(export, store)
        except (OSError, StoreError):
            # The next round tries again; the others must not wait for it.
            logger.exception("%s: its files could not be removed", export.uid)
            continue
        cleared += Export.objects.filter(pk=export.pk).update(cleared_at=now)
        Download.objects.filter(file__export=export).delete()
    return cleared


def scratch_clear(folder: Path) -> int:
    """Remove what was spilled on this host by what was killed. Returns how many folders.

    What is of no export that is known here is not ours to remove.
    """
    over = [each for each in folder.glob("exp_*-[0-9]*") if _is_over(*each.name.rsplit("-", 1))]
    for pattern, seconds in _LASTS.items():
        over += [each for each in folder.glob(pattern) if _is_older(each, seconds)]
    for each in over:
        shutil.rmtree(each, ignore_errors=True)
    return len(over)


def idempotency_forget() -> int:
    """Forget keys that are old and whose export has ended. Returns how many."""
    old = IdempotencyKey.objects.filter(
        created_at__lt=database_now() - settings.IDEMPOTENCY_KEPT
    ).exclude(export__state__in=[State.AWAITING_APPROVAL, State.PENDING, State.RUNNING])
    return old.delete()[0] if old.exists() else 0


def _is_over(uid: str, attempt: str) -> bool:
    """Whether this attempt at the export holds it no more."""
    held = Q(lease_until__gte=database_now(), attempt=attempt)
    return Export.objects.filter(uid=uid).exclude(held).exists()


def _is_older(folder: Path, seconds: int) -> bool:
    try:
        return folder.stat().st_mtime < time.time() - seconds
    except FileNotFoundError:
        return False


def _due() -> QuerySet[Export]:
    return Export.objects.filter(state=State.READY, hold_reason="", expires_at__lt=database_now())


def _remove_files(export: Export, store: Store) -> None:
    """By the very keys that were recorded; then what is left of attempts that came to nothing."""
    for file in export.files.all():
        store.delete(file.key)
    delete_below(store, f"{attempts_prefix(export)}/")


def _expire(export: Export) -> bool:
    with transaction.atomic():
        if not _due().filter(pk=export.pk).update(state=State.EXPIRED):
            return False
        audit_append(export.namespace, "export.expired", actor=SYSTEM, subject=export.uid)
    return True
