"""JSON: one array, one document a line inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.engine.encoders.base import Piece
from exports.engine.encoders.texts import json_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa


def encode_json(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    """An array of documents; no rows make an empty array."""
    before = b"[\n"
    for piece in json_pieces(batches):
        # JSON escapes every line feed, so that those left end the lines.
        lines = bytes(piece.data[:-1]).replace(b"\n", b",\n")
        yield Piece(before)
        yield Piece(lines, piece.rows)
        before = b",\n"
    yield Piece(b"[]\n" if before == b"[\n" else b"\n]\n")
