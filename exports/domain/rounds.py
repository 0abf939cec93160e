"""When reconciler and deliverer last made their rounds: whoever looks may ask any process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from exports.domain.clock import database_now
from exports.models import Tally


class Round(StrEnum):
    """A tally: seconds since 1970, by the database's clock. Like every tally, it only rises."""

    RECONCILER = "reconciled_at"
    DELIVERER = "delivered_at"


def round_note(name: Round) -> None:
    """A round is done."""
    now = int(database_now().timestamp())
    if not Tally.objects.filter(name=name).update(value=now):
        Tally.objects.bulk_create([Tally(name=name, value=now)], ignore_conflicts=True)


def rounds_ago() -> dict[Round, timedelta]:
    """How long ago each was; without those that never were."""
    found = Tally.objects.filter(name__in=Round).values_list("name", "value")
    now = database_now()
    return {
        Round(name): max(timedelta(0), now - datetime.fromtimestamp(value, UTC))
        for name, value in found
    }
