"""How far a run has come, to be read from another thread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Progress:
    """Counted where the bytes are written; each value may be read at any time.

    ``rows_total`` is None until it is known, and may stay so.
    """

    step: str = "reading"
    rows_done: int = 0
    bytes_done: int = 0
    rows_total: int | None = None
