"""JSON Lines: one document a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.engine.encoders.base import Piece
from exports.engine.encoders.texts import json_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa


def encode_jsonl(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    """One line for each row; no rows make an empty file."""
    for batch in batches:
        yield Piece(json_lines(batch), len(batch))
