"""JSON Lines: one document a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.engine.encoders.texts import json_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from exports.engine.encoders.base import Piece


def encode_jsonl(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    """One line for each row; no rows make an empty file."""
    return json_pieces(batches)
