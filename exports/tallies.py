"""Counts what leaves no other trace. It never fails: the work matters more than the count."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction
from django.db.models import F

from exports.models import Tally

logger = logging.getLogger(__name__)

REAPS = "reaps"  # runs whose lease was over
RETRIES = "retries"  # attempts that are followed by another
FENCED_WRITES = "fenced_writes"  # attempts that were told that they hold their export no more
WAKEUPS_FAILED = "wakeups_failed"  # that Redis did not take
TALLIES = (REAPS, RETRIES, FENCED_WRITES, WAKEUPS_FAILED)


def tally(name: str) -> None:
    """Add one, outside of the transaction of what is counted."""
    try:
        with transaction.atomic():
            Tally.objects.bulk_create([Tally(name=name)], ignore_conflicts=True)
            Tally.objects.filter(pk=name).update(value=F("value") + 1)
    except DatabaseError:
        logger.warning("One of %s was not counted.", name, exc_info=True)
