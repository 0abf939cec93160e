"""CSV: a header, nested values as JSON, cells that no spreadsheet takes for a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow.csv import WriteOptions, write_csv

from exports.engine.encoders.base import Piece
from exports.engine.encoders.formulas import defused, defused_name
from exports.engine.encoders.texts import json_column, plain_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PIECE = 2 << 20  # bytes; pyarrow does not hold the interpreter's lock, so that small ones will do
HEADER = WriteOptions(include_header=True)
ROWS = WriteOptions(include_header=False)


def to_cells(batch: pa.RecordBatch, *, texts: frozenset[str]) -> pa.RecordBatch:
    """The batch with what CSV has no form for made text: nested values, times.

    :param texts: the columns that are text in the source: only these are looked at for formulas.
    """
    names = batch.schema.names
    cells = [_cells(batch[name], guarded=name in texts) for name in names]
    return pa.RecordBatch.from_arrays(cells, names=names)


def encode_csv(batches: Iterable[pa.RecordBatch], *, names: Sequence[str]) -> Iterator[Piece]:
    """The header, then one record for each row of cells; null is nothing, empty text is ``""``."""
    written, rows = pa.BufferOutputStream(), 0
    write_csv(_header(names), written, HEADER)
    for batch in batches:
        write_csv(batch, written, ROWS)
        rows += len(batch)
        if written.tell() >= PIECE:
            yield Piece(memoryview(written.getvalue()), rows)
            written, rows = pa.BufferOutputStream(), 0
    yield Piece(memoryview(written.getvalue()), rows)


def _header(names: Sequence[str]) -> pa.RecordBatch:
    nothing = [pa.array([], pa.string()) for _ in names]
    return pa.RecordBatch.from_arrays(nothing, names=[defused_name(name) for name in names])


def _cells(column: pa.Array, *, guarded: bool) -> pa.Array:
    if pa.types.is_nested(column.type):
        return json_column(column)
    if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
        return plain_column(column)
    return defused(column) if guarded else column
