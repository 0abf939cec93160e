"""What every encoder makes of the batches: the pieces of a file."""

from __future__ import annotations

from dataclasses import dataclass

# arro3 holds the interpreter's lock while it encodes. The sink waits for it once a piece, so that
# large pieces let the two work side by side.
PIECE = 8 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file, and how many rows it brings."""

    data: memoryview | bytes
    rows: int = 0
