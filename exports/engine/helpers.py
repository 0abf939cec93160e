"""A few processes that do short work for this one, each task within its time.

In a process of its own a query has its own memory, and can be ended for certain.
"""

from __future__ import annotations

import atexit
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Event, Thread
from typing import Any, TypeVar

from exports.engine.helper import Task
from exports.engine.hire import Hired, Stopped

T = TypeVar("T")


class Busy(Exception):
    """As many tasks wait already as may."""


class Replaced(Exception):
    """A newer task of the same owner took the place of this one."""


@dataclass(eq=False, slots=True)
class _Job:
    owner: str
    task: Task
    seconds: float
    answer: Future[Any] = field(default_factory=Future)
    replaced: Event = field(default_factory=Event)


class Helpers:
    """Processes that are started when they are first needed, and end with this one.

    Any number of threads may ask them.

    :param size: how many processes. :param waiting: how many tasks may wait for one.
    """

    def __init__(self, size: int = 2, waiting: int = 2) -> None:
        self._size, self._most = size, waiting
        self._numbers = count(1)
        self._latest: dict[str, _Job] = {}
        self._waiting: deque[_Job] = deque()
        self._changed = Condition()
        self._idle = 0
        self._closed = False
        self._threads: list[Thread] = []
        atexit.register(self.close)

    def run(self, owner: str, seconds: float, function: Callable[..., T], /, **arguments: Any) -> T:
        """Have a helper call a function, and wait for what it returns.

        :param owner: for whom it is: a newer task of his takes the place of an older one.
        :param seconds: then it is told to stop; what does not, is ended with its process.
        :param function: of a module. It gets the arguments, and an event ``stop`` to look at.
        :raises Busy: too many wait already.
        :raises Replaced: a newer task of the owner came in.
        :raises EngineError: what the function raised; TooSlow when it had to be stopped,
            EngineFailed when its process fell.
        """
        job = _Job(owner, Task(next(self._numbers), function, arguments), seconds)
        self._put(job)
        try:
            found: T = job.answer.result()
            return found
        finally:
            with self._changed:
                if self._latest.get(owner) is job:
                    del self._latest[owner]

    def close(self) -> None:
        """End the processes; what runs on them ends without a result."""
        with self._changed:
            self._closed = True
            for job in self._waiting:
                job.answer.set_exception(Replaced())
            self._waiting.clear()
            for job in self._latest.values():
                job.replaced.set()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        atexit.unregister(self.close)

    def _put(self, job: _Job) -> None:
        with self._changed:
            self._replace(job.owner)
            if self._closed or len(self._waiting) >= self._idle + self._unborn + self._most:
                raise Busy
            self._latest[job.owner] = job
            self._waiting.append(job)
            if self._idle < len(self._waiting) and self._unborn:
                self._start()
            self._changed.notify()

    def _replace(self, owner: str) -> None:
        older = self._latest.pop(owner, None)
        if older is None:
            return
        older.replaced.set()
        if older in self._waiting:
            self._waiting.remove(older)
            older.answer.set_exception(Replaced())

    @property
    def _unborn(self) -> int:
        """How many processes may still be started."""
        return self._size - len(self._threads)

    def _start(self) -> None:
        # The thread stays, since the kernel ends its process with it.
        thread = Thread(target=self._serve, name="helper", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        hired = Hired()
        try:
            while job := self._next():
                try:
                    value = hired.do(job.task, job.seconds, job.replaced)
                except Stopped:
                    job.answer.set_exception(Replaced())
                except Exception as error:  # noqa: BLE001 - whoever asked gets it
                    job.answer.set_exception(error)
                else:
                    job.answer.set_result(value)
        finally:
            hired.end()

    def _next(self) -> _Job | None:
        """What is to be done next; None when there is nothing more."""
        with self._changed:
            self._idle += 1
            while not self._waiting and not self._closed:
                self._changed.wait()
            self._idle -= 1
            return self._waiting.popleft() if self._waiting else None
