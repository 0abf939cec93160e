"""The one way to open DuckDB: locked down, so that it reads the named files and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from exports.sources.sql import text
from exports.sources.weight import Weight, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from exports.sources.source import Source

REST = 64_000_000  # bytes: what a scan holds besides pages


def connect(
    sources: Sequence[Source],
    *,
    scratch: Path,
    memory: int,
    spill: int,
    threads: int = 2,
    most: int = 0,
) -> tuple[duckdb.DuckDBPyConnection, tuple[Weight, ...]]:
    """A connection that can read the sources, spill to ``scratch`` and do no more.

    Beside it, the weight of each source, in the same order.

    :param sources: whatever a query names that is no file of theirs is refused.
    :param scratch: a folder of the caller's, for what does not fit into the memory.
    :param memory: what the engine may hold, in bytes; it fails rather than take more.
    :param spill: what it may write to ``scratch``, in bytes.
    :param threads: how many it works with, when the files' pages leave room for that.
    :param most: what it may hold instead of ``memory`` when the files' pages are so large.
    """
    files = sorted({file for source in sources for file in source.files})
    connection = duckdb.connect(":memory:")
    try:
        _set(connection, _confined(files, scratch, spill))
        weights = tuple(weigh(connection, source) for source in sources)
        pages = max((weight.pages for weight in weights), default=0)
        memory, threads = fitting(pages, memory, max(memory, most), threads)
        _set(connection, _bounded(memory, threads))
    except BaseException:
        connection.close()
        raise
    return connection, weights


def fitting(pages: int, memory: int, most: int, threads: int) -> tuple[int, int]:
    """The memory in bytes and the threads with which pages of so many bytes can be read.

    A thread holds the pages that it reads, and those that its last rows still lie in.
    """
    needed = REST + 2 * pages * threads
    if needed <= memory:
        return memory, threads
    return most, threads if needed <= most else 1


def _set(connection: duckdb.DuckDBPyConnection, settings: Iterable[tuple[str, exp.Expr]]) -> None:
    for name, value in settings:
        connection.execute(f"SET {name} = {text(value)}")


def _confined(files: Sequence[str], scratch: Path, spill: int) -> Iterator[tuple[str, exp.Expr]]:
    # The order matters: once access is off, the folder and the files can no longer be named.
    yield "temp_directory", exp.Literal.string(str(scratch))
    yield "max_temp_directory_size", exp.Literal.string(f"{spill}B")
    yield "TimeZone", exp.Literal.string("UTC")
    yield "allowed_paths", exp.Array(expressions=[exp.Literal.string(file) for file in files])
    yield "enable_external_access", exp.false()
    yield "autoinstall_known_extensions", exp.false()
    yield "autoload_known_extensions", exp.false()
    yield "python_enable_replacements", exp.false()


def _bounded(memory: int, threads: int) -> Iterator[tuple[str, exp.Expr]]:
    # Rows are looked up in what they refer to, never the other way round, and in a list of values
    # without a join: either would mix them up.
    yield "disabled_optimizers", exp.Literal.string("join_order,build_side_probe_side,in_clause")
    yield "threads", exp.Literal.number(threads)
    yield "memory_limit", exp.Literal.string(f"{memory}B")
    yield "lock_configuration", exp.true()
