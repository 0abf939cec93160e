"""Parquet: row groups of a fixed size in bytes, whatever the batches."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetWriter

from exports.engine.encoders.base import Piece
from exports.engine.memory import release, return_large
from exports.engine.request import Compression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROW_GROUP = 16 << 20  # bytes of Arrow
WIDE_ROW_GROUP = 8 << 20  # the same where rows are vectors
RELEASED = 4  # memory goes back to the system after so many groups


class Pieces:
    """A file that Parquet is written to, and whose parts are taken away as they come."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._position += len(part)
        return len(part)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def encode_parquet(
    batches: Iterable[pa.RecordBatch],
    *,
    schema: pa.Schema,
    codec: Compression = Compression.ZSTD,
    row_group: int = ROW_GROUP,
) -> Iterator[Piece]:
    """A whole Parquet file of this schema; no rows make one without row groups.

    :param codec: how its pages are compressed.
    :param row_group: the bytes of Arrow from which on a row group is written.
    """
    return_large()
    groups = _groups(batches, row_group)
    first = next(groups, [])
    pieces = Pieces()
    dictionaries = repeating(first)
    with ParquetWriter(
        pieces, schema, compression=codec.value, use_dictionary=dictionaries
    ) as writer:
        for number, group in enumerate(chain([first], groups), start=1):
            rows = _write(writer, group, schema)
            group.clear()  # so that there are never two groups in memory
            if number % RELEASED == 0:
                release()
            yield Piece(pieces.taken(), rows)
    yield Piece(pieces.taken())


def _write(writer: ParquetWriter, group: list[pa.RecordBatch], schema: pa.Schema) -> int:
    table = pa.Table.from_batches(group, schema)
    if len(table):
        writer.write_table(table, row_group_size=len(table))
    return len(table)


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
    for batch in batches:
        group.append(batch)
        size += batch.nbytes
        if size >= least:
            yield group
            group, size = [], 0
    if group:
        yield group
