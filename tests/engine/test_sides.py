"""Work on several things at a time."""

from __future__ import annotations

from threading import Barrier, active_count
from typing import TYPE_CHECKING

import pytest

from exports.engine.sides import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_two_are_worked_on_at_a_time_and_results_come_in_order() -> None:
    both = Barrier(2, timeout=10)

    def work(item: int) -> int:
        both.wait()  # nobody passes alone
        return item * 10

    assert list(side_by_side(work, range(6), 2)) == [0, 10, 20, 30, 40, 50]


def test_no_more_is_taken_than_is_worked_on() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(5):
            taken.append(item)
            yield item

    results = side_by_side(lambda item: item, items(), 2)
    assert next(results) == 0
    assert taken == [0, 1]
    assert list(results) == [1, 2, 3, 4]


def test_an_error_comes_in_its_turn_and_no_thread_is_left() -> None:
    before = active_count()
    results = side_by_side(lambda item: 1 // item, [1, 0, 1], 2)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert active_count() == before


def test_nobody_has_to_take_all_results() -> None:
    before = active_count()
    results = side_by_side(lambda item: item, range(10), 2)
    next(results)
    results.close()
    assert active_count() == before
