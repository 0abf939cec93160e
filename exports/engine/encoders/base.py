"""What every encoder is: batches in, pieces of a file out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file, and how many rows it brings."""

    data: memoryview | bytes
    rows: int = 0


class Encoder(Protocol):
    """Writes batches of one schema in one format."""

    def encode(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
        """The file, piece after piece; a whole one even when there is no batch."""
        ...
