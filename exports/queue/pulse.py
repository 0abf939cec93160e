"""The thread that keeps a run's lease, carries its progress, and stops it when it must."""

from __future__ import annotations

import logging
import os
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

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
        self._done, self._over = Event(), Event()
        self._missed = 0
        self._thread = Thread(target=self._beat, name="pulse", daemon=True)
        # Apart from the pulse, which hangs when the database does.
        self._guard = Thread(target=self._watch, name="lease", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        self._guard.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self._over.set()
        self._guard.join()

    def _beat(self) -> None:
        started = time.monotonic()
        while not self._done.wait(settings.EXPORT_PULSE.total_seconds()):
            try:
                self._tell()
                self._missed = 0
            except Fenced:
                self._end("fenced")
                break
            except DatabaseError as error:
                logger.warning("%s: no pulse: %s", self._claim.export.uid, type(error).__name__)
                connection.close()
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
            begun=self._progress.begun,
        )

    def _watch(self) -> None:
        """Counts beats, not time: who was paused may find that the lease is still his."""
        most = settings.EXPORT_LEASE * 0.8 / settings.EXPORT_PULSE
        while not self._over.wait(settings.EXPORT_PULSE.total_seconds()):
            self._missed += 1
            if self._missed > most:
                logger.error("%s: the lease cannot be renewed; ending", self._claim.export.uid)
                os._exit(_LEASE_LOST)

    def _end(self, why: str) -> None:
        self.why = self.why or why
        self._stop.set()
