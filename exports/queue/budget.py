"""The store as a run sees it: it takes no byte for which no room has been reserved."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError
from django.db import connection

from exports.domain.claims import Fenced
from exports.domain.errors import QuotaExceeded
from exports.domain.quota import quota_reserve
from exports.engine.errors import Cancelled
from exports.engine.errors import QuotaExceeded as NoRoom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from exports.domain.claims import Claim
    from exports.engine.sink import Writer
    from exports.stores.base import Store

logger = logging.getLogger(__name__)

# Each step is twice the one before: little is reserved in vain, and a long run asks seldom.
FIRST, LARGEST = 1 << 20, 64 << 20  # bytes
_PAUSE = 0.2  # seconds, when the database does not answer


class Budget:
    """Room for one run, asked for as it is used up. Any thread may take from it.

    Made by :func:`budget`, whose own thread talks to the database: a connection belongs to the
    thread that opened it.
    """

    def __init__(self, reserve: Callable[[int, int], int]) -> None:
        self._reserve = reserve
        self._left = 0
        self._step = FIRST
        self._lock = Lock()

    def take(self, count: int) -> None:
        """Room for ``count`` bytes that are written next.

        :raises exports.engine.errors.QuotaExceeded: so much is not left to the workspace.
        :raises exports.engine.errors.Cancelled: the run must end.
        """
        with self._lock:
            if count > self._left:
                missing = count - self._left
                self._left += self._reserve(missing, max(missing, self._step))
                self._step = min(2 * self._step, LARGEST)
            self._left -= count

    def writer(self, store: Store, key: str) -> Writer:
        """A file of the run, in the store."""
        return _Metered(store.create(key), self)


class _Metered:
    """A writer that takes room before it writes."""

    def __init__(self, writer: Writer, budget: Budget) -> None:
        self._writer = writer
        self._budget = budget

    def write(self, data: memoryview | bytes) -> None:
        self._budget.take(memoryview(data).nbytes)
        self._writer.write(data)

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        self._writer.abort()


@contextmanager
def budget(claim: Claim, stop: Event) -> Iterator[Budget]:
    """The room of one run; what is not used of it counts no more once the run is published.

    :param stop: set it from another thread to end the wait for a database that does not answer.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="budget") as asking:

        def reserve(least: int, wished: int) -> int:
            return asking.submit(_ask, claim, stop, least, wished).result()

        try:
            yield Budget(reserve)
        finally:
            asking.submit(_hang_up).result()


def _hang_up() -> None:
    connection.close()  # that of the thread which runs this


def _ask(claim: Claim, stop: Event, least: int, wished: int) -> int:
    while not stop.is_set():
        try:
            return quota_reserve(claim, least, wished)
        except QuotaExceeded as refusal:
            logger.info("%s: no room: %s", claim.export.uid, refusal.message)
            raise NoRoom from None
        except Fenced:
            break
        except DatabaseError as error:
            # It is tried for as long as the lease holds; the pulse ends the run when it does not.
            logger.warning("%s: no answer: %s", claim.export.uid, type(error).__name__)
            connection.close()
            stop.wait(_PAUSE)
    raise Cancelled
