"""The thread that keeps a run's lease, carries its progress, and stops it when it must."""

from __future__ import annotations

import logging
import os
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection

from exports.domain.claims import Fenced
from exports.domain.runs import run_pulse

if TYPE_CHECKING:
    from types import TracebackType

    from exports.domain.claims import Claim
    from exports.engine.progress import Progress

logger = logging.getLogger(__name__)

_LEASE_LOST = 75  # EX_TEMPFAIL


class Pulse:
    """While it is entered, the lease is renewed and ``stop`` is set when the run must end.

    ``why`` tells then: ``fenced``, or ``timed_out``. A process that cannot renew its lease ends
    itself before the lease is over, since another worker may begin then.
    """

    def __init__(self, claim: Claim, progress: Progress, stop: Event) -> None:
        self.why = ""
        self._claim = claim
        self._progress = progress
        self._stop = stop
        self._done = Event()
        self._thread = Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        started = renewed = time.monotonic()
        while not self._done.wait(settings.EXPORT_PULSE.total_seconds()):
            try:
                self._tell()
                renewed = time.monotonic()
            except Fenced:
                self._end("fenced")
                break
            except DatabaseError as error:
                logger.warning("%s: no pulse: %s", self._claim.export.uid, type(error).__name__)
                connection.close()
            self._check_lease(time.monotonic() - renewed)
            if time.monotonic() - started > settings.EXPORT_TIME_LIMIT.total_seconds():
                self._end("timed_out")
        connection.close()

    def _tell(self) -> None:
        run_pulse(
            self._claim,
            rows_done=self._progress.rows_done,
            rows_total=self._progress.rows_total,
            bytes_done=self._progress.bytes_done,
            step=self._progress.step,
        )

    def _check_lease(self, unrenewed: float) -> None:
        if unrenewed > settings.EXPORT_LEASE.total_seconds() * 0.8:
            logger.error("%s: the lease cannot be renewed; ending", self._claim.export.uid)
            os._exit(_LEASE_LOST)

    def _end(self, why: str) -> None:
        self.why = self.why or why
        self._stop.set()
