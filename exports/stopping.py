"""An event that a signal may set, whatever the program is doing at that moment."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress


class Stop:
    """As ``threading.Event``, whose lock a handler must not take: the wait that the signal broke
    into may hold it, in the same thread.
    """

    def __init__(self) -> None:
        self._times = 0
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)

    def is_set(self) -> bool:
        return self._times > 0

    @property
    def is_urgent(self) -> bool:
        """Whether it was set more than once: somebody grew impatient."""
        return self._times > 1

    def set(self) -> None:
        self._times += 1
        with suppress(BlockingIOError):  # As full as it is, whoever waits is woken.
            os.write(self._writer, b".")

    def wait(self, seconds: float) -> bool:
        """Whether it is set, at the latest after so many seconds."""
        select.select([self._reader], [], [], seconds)
        return self.is_set()


def stop_on_signals(stop: Stop) -> None:
    """Ctrl-C and SIGTERM set it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
