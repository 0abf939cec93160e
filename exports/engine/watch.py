"""Holds work to its time, by interrupting its queries from a thread beside it."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from exports.engine.errors import Cancelled, EngineError, TooSlow
from exports.engine.explain import explain_any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 0.02  # seconds between two looks, and between two attempts to interrupt


@contextmanager
def watched(interrupt: Callable[[], None], *, stop: Event, seconds: float) -> Iterator[None]:
    """Call ``interrupt`` again and again when the body lasts too long, until it has ended.

    :param stop: set it from another thread to interrupt at once.
    :param seconds: how long the body may last.
    """
    over, until = Event(), monotonic() + seconds

    def watch() -> None:
        while not over.wait(PATIENCE):
            if stop.is_set() or monotonic() > until:
                interrupt()

    thread = Thread(target=watch, name="watch")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def in_time(*, stop: Event, until: float) -> Iterator[None]:
    """Errors of the body as reasons: what was interrupted may end in any.

    :param until: by the monotonic clock.
    :raises TooSlow: it lasted longer.
    :raises EngineError: another reason; :class:`Cancelled` after ``stop``.
    """
    try:
        yield
    except Exception as error:
        if stop.is_set():
            raise Cancelled from error
        if monotonic() > until:
            raise TooSlow from error
        if isinstance(error, EngineError):
            raise
        raise explain_any(error) from error
