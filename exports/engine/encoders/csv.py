"""CSV: a header, nested values as JSON, cells that no spreadsheet takes for a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow.csv import WriteOptions, write_csv

from exports.engine.encoders.base import Piece
from exports.engine.encoders.formulas import defused, defused_name
from exports.engine.encoders.texts import json_column, plain_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEADER = WriteOptions(include_header=True)
ROWS = WriteOptions(include_header=False)


def encode_csv(
    batches: Iterable[pa.RecordBatch], *, schema: pa.Schema, texts: frozenset[str]
) -> Iterator[Piece]:
    """The header, then one record for each row; null is nothing, empty text is ``""``.

    :param texts: the columns that are text in the source: only these are looked at for formulas.
    """
    names = [defused_name(field.name) for field in schema]
    nothing = pa.record_batch([pa.array([], pa.string()) for _ in names], names=names)
    yield Piece(_written(nothing, HEADER))
    for batch in batches:
        columns = [
            _cells(column, guarded=field.name in texts)
            for column, field in zip(batch.columns, schema, strict=True)
        ]
        yield Piece(_written(pa.record_batch(columns, names=names), ROWS), len(batch))


def _cells(column: pa.Array, *, guarded: bool) -> pa.Array:
    if pa.types.is_nested(column.type):
        return json_column(column)
    if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
        return plain_column(column)
    return defused(column) if guarded else column


def _written(batch: pa.RecordBatch, options: WriteOptions) -> memoryview:
    written = pa.BufferOutputStream()
    write_csv(batch, written, options)
    return memoryview(written.getvalue())
