"""Where the documents of the bench lie, and how many there are of them.

Imports no data library: the process that measures stays small, so that the peak memory the kernel
reports of a contender is never inherited from it.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

DATA = Path(__file__).parent / "data"
VERSION = 1  # of the documents: to be raised when what is generated changes
WHOLE = 2_000_000
PER_FILE = 500_000
LENGTH = 768  # numbers of a vector


def wanted() -> int:
    """How many documents the bench is run on."""
    return int(os.environ.get("BENCH_DOCS", WHOLE))


def folder(shape: str) -> Path:
    """The folder of one shape of documents: ``big``, ``small``, or ``django``, its own table."""
    # DuckDB promises no stable hash() from one version to the next, so its version is named.
    return DATA / f"{shape}-{VERSION}-duckdb{version('duckdb')}"


def files(shape: str, count: int) -> list[Path]:
    """The files that hold the first ``count`` documents of a shape, in the order of their paths."""
    ends = [min(start + PER_FILE, count) for start in range(0, count, PER_FILE)]
    starts = range(0, count, PER_FILE)
    return [folder(shape) / f"{a:09d}-{b:09d}.parquet" for a, b in zip(starts, ends, strict=True)]
