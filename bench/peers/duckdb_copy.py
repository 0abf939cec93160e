"""DuckDB's own COPY, unordered: the measure of all the others.

It writes no checksum and keeps no order. What it would write otherwise than we do it is asked to
write alike: nested values in CSV as JSON, Parquet with zstd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from bench.work import SCORE, STATUS, Task, Work

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = {
    "jsonl": "FORMAT json",
    "csv": "FORMAT csv, HEADER",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
NESTED = {"whole": ("author", "tags", "items", "metadata"), "filtered": ("author", "tags")}


def export(task: Task) -> Path:
    """Copy the documents as they are asked for, with two threads and 512 MB."""
    path = task.out / f"documents.{task.format}"
    with duckdb.connect() as connection:
        for setting in (
            f"temp_directory = '{task.out / 'spilled'}'",
            "threads = 2",
            "memory_limit = '512MB'",
            "preserve_insertion_order = false",
            "TimeZone = 'UTC'",
        ):
            connection.execute(f"SET {setting}")
        connection.execute(f"COPY ({_query(task)}) TO '{path}' ({OPTIONS[task.format]})")
    return path


def _query(task: Task) -> str:
    query = f"SELECT {_columns(task.asked)} FROM read_parquet({list(task.files)})"
    if task.asked.filtered:
        query += f" WHERE status = '{STATUS}' AND score >= {SCORE}"
    if task.format == "csv":
        as_json = ", ".join(f"to_json({name}) AS {name}" for name in NESTED[task.work])
        query = f"SELECT * REPLACE ({as_json}) FROM ({query})"
    return query


def _columns(work: Work) -> str:
    return ", ".join(_column(path) for path in work.fields) or "*"


def _column(path: str) -> str:
    name, *inner = path.split(".")
    value = path
    for step in reversed(inner):
        value = f"{{'{step}': {value}}}"
    return f"{value} AS {name}"
