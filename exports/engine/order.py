"""Asserts that the rows come in the order of the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from exports.engine.errors import OrderBroken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def in_order(batches: Iterable[pa.RecordBatch], places: int = 1) -> Iterator[pa.RecordBatch]:
    """The batches, whose first columns must rise from row to row.

    :param places: how many columns say together where a row stands, the first above all.
    :raises OrderBroken: they do not rise.
    """
    last: tuple[int, ...] = ()
    for batch in batches:
        columns = batch.columns[:places]
        if len(batch):
            if any(each.null_count for each in columns):
                raise OrderBroken
            first = tuple(each[0].as_py() for each in columns)
            if first <= last or not _rises(columns):
                raise OrderBroken
            last = tuple(each[-1].as_py() for each in columns)
        yield batch


def _rises(columns: Sequence[pa.Array]) -> bool:
    """Whether each row is above the one before: by its first column that differs."""
    rises = None
    for column in reversed(columns):
        before, after = column.slice(0, len(column) - 1), column.slice(1)
        above = pc.greater(after, before)
        if rises is not None:
            above = pc.or_(above, pc.and_(pc.equal(after, before), rises))
        rises = above
    return pc.all(rises, min_count=0).as_py() is not False
