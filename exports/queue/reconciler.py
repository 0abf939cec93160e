"""The loop that makes good what a lost wake-up or a lost worker left behind."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from exports.domain.attempts import attempts_clear
from exports.domain.claims import pause_left, something_waits
from exports.domain.cleaning import (
    exports_clear,
    exports_expire,
    idempotency_forget,
    leases_reap,
    scratch_clear,
)
from exports.domain.preparing import collection_waits
from exports.domain.rounds import Round, round_note
from exports.domain.statistics import statistics_wait
from exports.domain.storage import result_store
from exports.domain.uploads import uploads_clear
from exports.wakeups import wake

if TYPE_CHECKING:
    from exports.stopping import Stop

logger = logging.getLogger(__name__)


def reconcile_once() -> dict[str, int]:
    """One round. Returns what was done: how many of each."""
    done = {"reaped": leases_reap(), "expired": exports_expire()}
    # First of all: a store that fails must not keep back what waits.
    if something_waits() or collection_waits() or statistics_wait():
        wake(again=False)
    done |= {
        "forgotten": idempotency_forget(),
        "cleared": exports_clear(result_store()),
        "leftovers": attempts_clear(result_store()),
        "scratch": scratch_clear(settings.SCRATCH_DIR),
        "uploads": uploads_clear(),
    }
    round_note(Round.RECONCILER)
    if any(done.values()):
        logger.info("reconciled: %s", done)
    return done


def reconcile_forever(stop: Stop) -> None:
    """A round every few seconds, and when a pause ends, until ``stop`` is set.

    A failed round is tried again.
    """
    while not stop.is_set():
        wait = every = settings.RECONCILE_EVERY.total_seconds()
        try:
            reconcile_once()
            wait = min(every, pause_left() or every)
        except Exception:
            # Whatever it was: nobody else reaps, expires and clears.
            logger.exception("A round of the reconciler failed; the next one tries again.")
            connection.close()
        stop.wait(wait)
