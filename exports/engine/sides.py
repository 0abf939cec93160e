"""Work on several things at a time, whose results come in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Future

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(work: Callable[[A], B], items: Iterable[A], count: int) -> Generator[B]:
    """The results of ``work`` on each item, in order, on so many threads.

    No more than ``count`` items are taken before the result of the first of them is wanted.
    """
    with ThreadPoolExecutor(count, thread_name_prefix="side") as pool:
        waiting: deque[Future[B]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) == count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
