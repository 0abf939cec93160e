"""Asserts that the rows come in the order of the source, then drops what tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from exports.engine.errors import OrderBroken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa


def in_order(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches without their first column, which must rise from row to row.

    :raises OrderBroken: it does not.
    """
    last = -1
    for batch in batches:
        rows = batch.column(0)
        if len(rows):
            steps = pc.min(pc.pairwise_diff(rows)).as_py()
            if rows[0].as_py() <= last or (steps is not None and steps <= 0):
                raise OrderBroken
            last = rows[-1].as_py()
        yield batch.remove_column(0)
