"""Parquet: row groups of a fixed size in bytes, whatever the batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from exports.engine.encoders.base import Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROW_GROUP = 32 << 20  # bytes of Arrow


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


def encode_parquet(batches: Iterable[pa.RecordBatch], *, schema: pa.Schema) -> Iterator[Piece]:
    """A whole Parquet file of this schema, zstd inside; no rows make one without row groups."""
    pieces = Pieces()
    with ParquetWriter(pieces, schema, compression="zstd") as writer:
        for group in _groups(batches):
            table = pa.Table.from_batches(group, schema)
            writer.write_table(table, row_group_size=len(table))
            yield Piece(pieces.taken(), len(table))
    yield Piece(pieces.taken())


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    group: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        group.append(batch)
        size += batch.nbytes
        if size >= ROW_GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group
