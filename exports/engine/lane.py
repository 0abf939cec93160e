"""A short queue between two threads, which either of them can break."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Broken(Exception):
    """The lane was broken: nothing comes or goes any more."""


class Lane(Generic[T]):
    """Holds at most ``length`` things; the one who gives waits while it is full."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._items: deque[T] = deque()
        self._finished = False
        self._broken = False
        self._changed = Condition()

    def put(self, item: T) -> None:
        """Add a thing, as soon as there is room.

        :raises Broken: the lane was broken.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._broken or len(self._items) < self._length)
            if self._broken:
                raise Broken
            self._items.append(item)
            self._changed.notify_all()

    def finish(self) -> None:
        """Say that nothing more will be added."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def snap(self) -> None:
        """Break the lane: both sides get :class:`Broken`, now or at their next step."""
        with self._changed:
            self._broken = True
            self._items.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        """The things in their order, until it is finished.

        :raises Broken: the lane was broken.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._broken or self._items or self._finished)
                if self._broken:
                    raise Broken
                if not self._items:
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
            del item  # or it would live on while the next one is waited for
