"""CSV: a header, nested values as JSON, cells that no spreadsheet takes for a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow.csv import WriteOptions, write_csv

from exports.engine.encoders.base import Piece
from exports.engine.encoders.formulas import defused, defused_name
from exports.engine.encoders.texts import json_column, plain_column
from exports.engine.request import CsvOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PIECE = 2 << 20  # bytes; pyarrow does not hold the interpreter's lock, so that small ones will do
BOM = b"\xef\xbb\xbf"
USUAL = CsvOptions()


def to_cells(
    batch: pa.RecordBatch, *, texts: frozenset[str], options: CsvOptions = USUAL
) -> pa.RecordBatch:
    """The batch with what CSV has no form for made text: nested values, times.

    :param texts: the columns that are text in the source: only these are looked at for formulas.
    """
    names = batch.schema.names
    guarded = texts if options.formula_guard else frozenset[str]()
    cells = [
        defused(batch[name], options.delimiter) if name in guarded else _cells(batch[name])
        for name in names
    ]
    return pa.RecordBatch.from_arrays(cells, names=names)


def encode_csv(
    batches: Iterable[pa.RecordBatch], *, names: Sequence[str], options: CsvOptions = USUAL
) -> Iterator[Piece]:
    """The header, then one record for each row of cells.

    Null is ``null_text`` without quotes; all text has quotes, so that it never looks like null.
    """
    written, rows = pa.BufferOutputStream(), 0
    if options.bom:
        written.write(BOM)
    write_csv(_header(names, options), written, _form(options, header=True))
    form = _form(options, header=False)
    for batch in batches:
        write_csv(batch, written, form)
        rows += len(batch)
        if written.tell() >= PIECE:
            yield Piece(memoryview(written.getvalue()), rows)
            written, rows = pa.BufferOutputStream(), 0
    yield Piece(memoryview(written.getvalue()), rows)


def _form(options: CsvOptions, *, header: bool) -> WriteOptions:
    return WriteOptions(
        include_header=header, delimiter=options.delimiter, null_string=options.null_text
    )


def _header(names: Sequence[str], options: CsvOptions) -> pa.RecordBatch:
    if options.formula_guard:
        names = [defused_name(name, options.delimiter) for name in names]
    return pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in names], names=names)


def _cells(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type):
        return json_column(column)
    if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
        return plain_column(column)
    return column
