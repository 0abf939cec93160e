"""What one run may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run; memory and disk in bytes, times in seconds.

    ``scan_memory`` is DuckDB's share for plans that only scan, ``sort_memory`` for those that
    join or sort, and for files with very large pages. ``spill`` bounds what it may write to the
    scratch folder. The rows to come are counted when a run has lasted ``count_after``; the count
    is dropped after ``count_for``.
    """

    scan_memory: int = 256_000_000
    sort_memory: int = 512_000_000
    spill: int = 64 << 30
    threads: int = 2
    count_after: float = 1.0
    count_for: float = 10.0
