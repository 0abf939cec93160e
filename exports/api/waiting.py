"""Waits for an export on behalf of who would rather not poll (``Prefer: wait``, RFC 7240)."""

from __future__ import annotations

import re
from threading import BoundedSemaphore
from time import monotonic, sleep
from typing import TYPE_CHECKING

from django.conf import settings

from exports.models import ACTIVE, Export

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST = 60.0  # seconds

# Whoever waits holds a thread: the others are for those who do not.
_seats = BoundedSemaphore(max(1, settings.WEB_THREADS // 4))
_PAUSES = (0.05, 0.5)  # seconds: the first between two looks, and the longest


def preferred_wait(request: HttpRequest) -> float:
    """How long the caller would wait, in seconds; 0 when he does not say so intelligibly."""
    for each in request.headers.get("Prefer", "").split(","):
        if found := re.fullmatch(r"\s*wait\s*=\s*\"?([0-9]{1,6})\"?\s*", each, re.IGNORECASE):
            return min(LONGEST, float(found[1]))
    return 0


def wait_for_end(export: Export, seconds: float) -> bool:
    """Whether the export has ended, at the latest after so many seconds.

    When too many wait already, this looks once and does not wait.
    """
    if not _seats.acquire(blocking=False):
        return not _still_goes_on(export)
    try:
        until, pause = monotonic() + seconds, _PAUSES[0]
        while _still_goes_on(export):
            left = until - monotonic()
            if left <= 0:
                return False
            sleep(min(pause, left))
            pause = min(pause * 1.5, _PAUSES[1])
        return True
    finally:
        _seats.release()


def _still_goes_on(export: Export) -> bool:
    return Export.objects.filter(pk=export.pk, state__in=ACTIVE).exists()
