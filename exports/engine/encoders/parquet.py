"""Parquet: row groups of a fixed size in bytes, whatever the batches."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetWriter

from exports.engine.encoders.base import Piece
from exports.engine.encoders.footer import MAGIC, joined_footer
from exports.engine.encoders.footer import row_group as row_group_of
from exports.engine.memory import release, return_large
from exports.engine.request import Compression
from exports.engine.sides import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from exports.engine.encoders.footer import RowGroup

ROW_GROUP = 16 << 20  # bytes of Arrow
WIDE_ROW_GROUP = 8 << 20  # the same where rows are vectors
SIDE_BY_SIDE = 2  # row groups that are written at a time
RELEASED = 4  # memory goes back to the system after so many groups


def encode_parquet(
    batches: Iterable[pa.RecordBatch],
    *,
    schema: pa.Schema,
    codec: Compression = Compression.ZSTD,
    row_group: int = ROW_GROUP,
) -> Iterator[Piece]:
    """A whole Parquet file of this schema; no rows make one without row groups.

    Two row groups are written at a time, each as a file of its own, whose pages are then joined.

    :param codec: how its pages are compressed.
    :param row_group: the bytes of Arrow from which on a row group is written.
    """
    return_large()
    groups = _groups(batches, row_group)
    first = next(groups, [])
    options = {"compression": codec.value, "use_dictionary": repeating(first)}
    model = _written([], schema, options)
    yield Piece(MAGIC)
    place, rows, told = len(MAGIC), 0, list[bytes]()
    write = partial(_row_group, schema=schema, options=options)
    for group in side_by_side(write, chain([first], groups) if first else (), SIDE_BY_SIDE):
        told.append(group.placed(place, len(told)))
        place, rows = place + len(group.data), rows + group.rows
        if len(told) % RELEASED == 0:
            release()
        yield Piece(group.data, group.rows)
    yield Piece(joined_footer(model, told, rows))


def _row_group(
    group: list[pa.RecordBatch], *, schema: pa.Schema, options: Mapping[str, Any]
) -> RowGroup:
    written = row_group_of(_written(group, schema, options))
    group.clear()  # what waits for its turn need not hold the rows too
    return written


def _written(
    group: list[pa.RecordBatch], schema: pa.Schema, options: Mapping[str, Any]
) -> memoryview:
    """A Parquet file of one row group, or of none."""
    table = pa.Table.from_batches(group, schema)
    out = pa.BufferOutputStream()
    with ParquetWriter(out, schema, **options) as writer:
        if len(table):
            writer.write_table(table, row_group_size=len(table))
    return memoryview(out.getvalue())


def repeating(batches: Sequence[pa.RecordBatch]) -> list[str]:
    """The paths of the columns that are worth a dictionary: those whose values come again.

    Trying one on the others costs a quarter of the time, and makes the file larger.
    """
    if not batches:
        return []
    batch = batches[0]
    leaves = [each for name in batch.schema.names for each in _leaves(name, batch[name])]
    return [path for path, values in leaves if _repeats(values)]


def _leaves(path: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    kind = array.type
    if pa.types.is_struct(kind):
        for at in range(kind.num_fields):
            yield from _leaves(f"{path}.{kind.field(at).name}", array.field(at))
    elif pa.types.is_fixed_size_list(kind):
        return  # a vector, whose numbers hardly ever come again
    elif pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", array.values)
    elif pa.types.is_map(kind):
        yield from _leaves(f"{path}.key_value.key", array.keys)
        yield from _leaves(f"{path}.key_value.value", array.items)
    else:
        yield path, array


def _repeats(values: pa.Array) -> bool:
    return bool(pc.count_distinct(values).as_py() * 2 < len(values) - values.null_count)


def _groups(batches: Iterable[pa.RecordBatch], least: int) -> Iterator[list[pa.RecordBatch]]:
    group: list[pa.RecordBatch] = []
    size = 0
    for batch in filter(len, batches):
        group.append(batch)
        size += batch.nbytes
        if size >= least:
            yield group
            group, size = [], 0
    if group:
        yield group
