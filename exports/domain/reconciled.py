"""When the reconciler last made its round: whoever looks may ask any process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from exports.domain.clock import database_now
from exports.models import Tally

# Seconds since 1970, by the database's clock; like every tally, it only rises.
_NAME = "reconciled_at"


def reconciled_note() -> None:
    """A round is done."""
    now = int(database_now().timestamp())
    if not Tally.objects.filter(name=_NAME).update(value=now):
        Tally.objects.bulk_create([Tally(name=_NAME, value=now)], ignore_conflicts=True)


def reconciled_ago() -> timedelta | None:
    """How long ago; None when it never was."""
    at = Tally.objects.filter(name=_NAME).values_list("value", flat=True).first()
    if at is None:
        return None
    return max(timedelta(0), database_now() - datetime.fromtimestamp(at, UTC))
