"""Polars' lazy scan and its streaming sinks.

Polars writes no nested column to CSV. A struct is encoded as JSON by its own function; a list,
for which it has none, is put into a struct of one field, encoded, and cut out again. Its decimals
come out as text in JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bench.work import SCORE, STATUS, Task

if TYPE_CHECKING:
    from pathlib import Path


def export(task: Task) -> Path:
    """Sink the documents as they are asked for, with Polars' own choice of threads."""
    path = task.out / f"documents.{task.format}"
    frame = pl.scan_parquet(list(task.files))
    if task.asked.filtered:
        frame = frame.filter(pl.col("status") == STATUS, pl.col("score") >= SCORE)
    if task.asked.fields:
        frame = frame.select(_column(path) for path in task.asked.fields)
    if task.format == "jsonl":
        frame.sink_ndjson(path)
    elif task.format == "csv":
        frame.with_columns(_nested_as_json(frame.collect_schema())).sink_csv(path)
    else:
        frame.sink_parquet(path, compression="zstd")
    return path


def _column(path: str) -> pl.Expr:
    name, *inner = path.split(".")
    value = pl.col(name)
    for step in inner:
        value = value.struct.field(step)
    for step in reversed(inner):
        value = pl.struct(value.alias(step))
    return value.alias(name)


def _nested_as_json(schema: pl.Schema) -> list[pl.Expr]:
    return [_as_json(name, kind) for name, kind in schema.items() if kind.is_nested()]


def _as_json(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Struct):
        return pl.col(name).struct.json_encode()
    wrapped = pl.struct(name).struct.json_encode()
    return wrapped.str.strip_prefix(f'{{"{name}":').str.strip_suffix("}").alias(name)
