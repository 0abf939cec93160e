"""Three threads: in order, never far ahead of one another, ended together."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from exports.engine.errors import Cancelled
from exports.engine.lane import Broken, Lane
from exports.engine.line import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Work:
    """Doubles numbers, and fails where the test wants it."""

    def __init__(self, *, fails: str = "", count: int = 100) -> None:
        self.fails = fails
        self.count = count
        self.read_ahead = 0
        self.written: list[int] = []
        self.interrupts = 0
        self.stop = threading.Event()

    def read(self) -> Iterator[int]:
        for number in range(self.count):
            self.check("read", number)
            self.read_ahead = max(self.read_ahead, number - len(self.written))
            yield number

    def encode(self, numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            self.check("encode", number)
            yield number * 2

    def write(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self.check("write", number)
            self.written.append(number)

    def interrupt(self) -> None:
        self.interrupts += 1

    def check(self, part: str, number: int) -> None:
        if part == self.fails and number >= 10:
            raise RuntimeError(part)

    def run(self) -> None:
        before = threading.active_count()
        try:
            Line(
                read=self.read, encode=self.encode, write=self.write, interrupt=self.interrupt
            ).run(self.stop)
        finally:
            assert threading.active_count() == before


def test_everything_arrives_in_order() -> None:
    work = Work(count=1_000)
    work.run()
    assert work.written == [number * 2 for number in range(1_000)]
    assert work.read_ahead < 12  # two lanes of three, and one in each pair of hands
    assert work.interrupts == 0


def test_nothing_at_all_is_fine() -> None:
    work = Work(count=0)
    work.run()
    assert work.written == []


@pytest.mark.parametrize("part", ["read", "encode", "write"])
def test_an_error_of_any_part_ends_all_and_is_the_one_raised(part: str) -> None:
    with pytest.raises(RuntimeError, match=part):
        Work(fails=part, count=100_000).run()


def test_a_reader_that_is_stuck_is_interrupted() -> None:
    work = Work()
    released = threading.Event()

    def stuck() -> Iterator[int]:
        yield 1
        work.stop.set()
        released.wait(5)
        raise RuntimeError("interrupted")

    work.read = stuck  # type: ignore[method-assign]
    work.interrupt = released.set  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        work.run()


def test_a_stop_before_the_begin_is_seen() -> None:
    work = Work(count=10**9)
    work.stop.set()
    with pytest.raises(Cancelled):
        work.run()


def test_a_lane_that_was_broken_gives_and_takes_nothing() -> None:
    lane: Lane[int] = Lane(3)
    lane.put(1)
    lane.snap()
    with pytest.raises(Broken):
        lane.put(2)
    with pytest.raises(Broken):
        next(iter(lane))
