"""DuckDB's own COPY, unordered: the measure of the others.

It writes no checksum and keeps no order. What it would write otherwise than we do it is asked to
write alike: nested values in CSV as JSON, Parquet with zstd, null for a reference to nothing.
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
SMALL_GROUPS = ", ROW_GROUP_SIZE 16384"  # beside a large join, its own do not fit into 512 MB
COMPRESSED = ("gzip", "zstd")
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
        connection.execute(f"COPY ({_query(task)}) TO '{path}' ({_options(task)})")
    return path


def _options(task: Task) -> str:
    options = OPTIONS[task.format]
    if task.asked.packed in COMPRESSED:
        options += f", COMPRESSION {task.asked.packed}"
    if task.asked.expand and task.format == "parquet":
        options += SMALL_GROUPS
    return options


def _query(task: Task) -> str:
    documents = f"read_parquet({list(task.files)})"
    if task.asked.expand:
        return _expanded(documents, f"read_parquet({list(task.behind)})", task.asked.expand)
    if task.asked.prefix:
        return _elements(documents, task.asked.prefix)
    query = f"SELECT {_columns(task.asked)} FROM {documents}"
    if task.asked.filtered:
        query += f" WHERE status = '{STATUS}' AND score >= {SCORE}"
    if task.format == "csv":
        as_json = ", ".join(f"to_json({name}) AS {name}" for name in NESTED[task.work])
        query = f"SELECT * REPLACE ({as_json}) FROM ({query})"
    return query


def _expanded(documents: str, behind: str, path: str) -> str:
    found = f"SELECT document_id AS key, target AS document FROM {behind} AS target"
    return (
        f"SELECT each.* REPLACE (found.document AS {path}) FROM {documents} AS each "
        f"LEFT JOIN ({found}) AS found ON each.{path} = found.key"
    )


def _elements(documents: str, path: str) -> str:
    opened = f"document_id, unnest({path}) AS element, unnest(range(len({path}))) AS index"
    return (
        f"SELECT document_id AS _parent, index AS _index, element.* "
        f"FROM (SELECT {opened} FROM {documents})"
    )


def _columns(work: Work) -> str:
    return ", ".join(_column(path) for path in work.fields) or "*"


def _column(path: str) -> str:
    name, *inner = path.split(".")
    value = path
    for step in reversed(inner):
        value = f"{{'{step}': {value}}}"
    return f"{value} AS {name}"
