"""One count of what a collection's documents hold. It runs in a process of its own."""

from __future__ import annotations

import logging
from threading import Event, Timer
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import connection

from exports.domain.plans import catalogue_of
from exports.domain.reasons import REASONS
from exports.domain.sources import files_allowed, remote_sources
from exports.domain.statistics import (
    LEASE,
    SECONDS,
    StatisticsClaim,
    statistics_claim,
    statistics_fail,
    statistics_keep,
)
from exports.engine.errors import Cancelled, EngineError, TooSlow
from exports.engine.statistics import statistics
from exports.queue.limits import engine_limits
from exports.sources.source import Source

if TYPE_CHECKING:
    from exports.engine.statistics import Statistics

logger = logging.getLogger(__name__)


def count_claimed() -> None:
    """Count what was asked for first, if anything was."""
    claim = statistics_claim()
    if claim is None:
        return
    uid = claim.collection.uid
    try:
        found = _count(claim)
    except Exception as error:
        reason = _reason(error)
        logger.warning("%s: no statistics: %s", uid, reason, exc_info=error)
        connection.close()
        statistics_fail(claim, reason)
        return
    # It idled for as long as the count took; what lies in between may have cut it off.
    connection.close()
    if not statistics_keep(claim, found):
        logger.info("%s: another worker counts it by now", uid)


def _count(claim: StatisticsClaim) -> Statistics:
    collection = claim.collection
    if not files_allowed(collection):
        raise _NotAllowed
    stop = Event()
    # It must have ended before another worker may begin.
    over = Timer(LEASE.total_seconds() * 0.8, stop.set)
    over.daemon = True
    over.start()
    try:
        return statistics(
            collection.uid,
            catalogue_of([collection]),
            Source.from_json(collection.source),
            scratch=settings.SCRATCH_DIR / f"statistics-{uuid4().hex}",
            stop=stop,
            seconds=SECONDS,
            limits=engine_limits(),
            remote=remote_sources(),
        )
    finally:
        over.cancel()


class _NotAllowed(Exception):
    """The operator does not allow a file of the source any longer."""


def _reason(error: Exception) -> str:
    if isinstance(error, _NotAllowed):
        return "source_not_allowed"
    if isinstance(error, Cancelled | TooSlow):
        return "timed_out"
    known = isinstance(error, EngineError) and error.code in REASONS
    return error.code if isinstance(error, EngineError) and known else "failed"
