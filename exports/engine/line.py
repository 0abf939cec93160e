"""Three threads at work, one behind the other: one reads, one encodes, one writes."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

from exports.engine.errors import Cancelled
from exports.engine.lane import Broken, Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

A = TypeVar("A")
B = TypeVar("B")

PATIENCE = 0.05  # seconds between two looks at whether the run is to stop


class Line(Generic[A, B]):
    """Carries what ``read`` yields through ``encode`` to ``write``, in order.

    ``interrupt`` ends a ``read`` that is stuck; ``ahead`` is how many of its things may wait.

    ``run`` returns when everything was written. When a part raises, or ``stop`` is set, all three
    are ended and joined, and the first error is raised; :class:`Cancelled` for ``stop``.
    """

    def __init__(
        self,
        *,
        read: Callable[[], Iterable[A]],
        encode: Callable[[Iterable[A]], Iterable[B]],
        write: Callable[[Iterable[B]], None],
        interrupt: Callable[[], None],
        ahead: int = 3,
    ) -> None:
        self._batches: Lane[A] = Lane(ahead)
        self._pieces: Lane[B] = Lane(1)
        self._interrupt = interrupt
        self._errors: list[BaseException] = []
        self._over = Event()
        parts = {
            "reader": lambda: _fill(self._batches, read()),
            "encoder": lambda: _fill(self._pieces, encode(self._batches)),
            "sink": lambda: self._finish(write),
        }
        self._threads = [
            Thread(target=self._work, args=(part,), name=name) for name, part in parts.items()
        ]

    def run(self, stop: Event) -> None:
        for thread in self._threads:
            thread.start()
        try:
            while not self._over.wait(PATIENCE):
                if stop.is_set():
                    self._fail(Cancelled())
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt must leave no thread
            self._fail(error)
        finally:
            self._join()
        if self._errors:
            raise self._errors[0]

    def _work(self, part: Callable[[], None]) -> None:
        try:
            part()
        except Broken:
            pass
        except BaseException as error:  # noqa: BLE001 - a panic of Rust is no Exception
            self._fail(error)

    def _finish(self, write: Callable[[Iterable[B]], None]) -> None:
        write(self._pieces)
        self._over.set()

    def _fail(self, error: BaseException) -> None:
        self._errors.append(error)
        self._batches.snap()
        self._pieces.snap()
        self._over.set()

    def _join(self) -> None:
        reader = self._threads[0]
        while self._errors and reader.is_alive():
            self._interrupt()  # again and again: one that comes before the query is lost
            reader.join(PATIENCE)
        for thread in self._threads:
            thread.join()


def _fill(lane: Lane[A], items: Iterable[A]) -> None:
    for item in items:
        lane.put(item)
    lane.finish()
