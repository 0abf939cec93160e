"""JSON made by arro3, of whole batches and of single columns; no row is ever touched in Python."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from arro3.io import write_ndjson

from exports.engine.encoders.base import PIECE, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def json_lines(batch: pa.RecordBatch) -> memoryview:
    """One line of JSON for each row; nulls keep their keys."""
    lines = BytesIO()
    write_ndjson(batch, lines, explicit_nulls=True)
    return lines.getbuffer()


def json_pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    """The same of many batches, in pieces of some megabytes."""
    lines, rows = BytesIO(), 0
    for batch in batches:
        write_ndjson(batch, lines, explicit_nulls=True)
        rows += len(batch)
        if lines.tell() >= PIECE:
            yield Piece(lines.getbuffer(), rows)
            lines, rows = BytesIO(), 0
    if rows:
        yield Piece(lines.getbuffer(), rows)


def json_column(array: pa.Array) -> pa.Array:
    """The JSON of each value as text; null stays null."""
    return _column(array, array, before=b'{"":', after=b"}\n")


def plain_column(array: pa.Array) -> pa.Array:
    """The text of each value of a type that JSON writes as a string, without the quotes.

    For times, whose texts need no escapes; null stays null.
    """
    filled = pc.fill_null(
        array, pa.scalar(0, pa.int64()).cast(_number(array.type)).cast(array.type)
    )
    return _column(filled, array, before=b'{"":"', after=b'"}\n')


def _column(array: pa.Array, nulls: pa.Array, *, before: bytes, after: bytes) -> pa.Array:
    if not len(array):
        return pa.array([], pa.string())
    lines = json_lines(pa.record_batch([array], names=[""]))
    inner = pa.py_buffer(lines[len(before) : -len(after)])
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, _offsets(len(inner)), inner])
    # JSON escapes every line feed, so that this stands between two values and nowhere else.
    texts = pc.split_pattern(whole, after + before).values
    buffers = [nulls.buffers()[0], *texts.buffers()[1:]]
    return pa.Array.from_buffers(pa.string(), len(array), buffers)


def _offsets(length: int) -> pa.Buffer:
    return pa.array([0, length], pa.int32()).buffers()[1]


def _number(kind: pa.DataType) -> pa.DataType:
    return pa.int32() if kind.bit_width == 32 else pa.int64()
