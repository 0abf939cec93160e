"""Regular expressions: whether RE2, as DuckDB has it, takes one."""

from __future__ import annotations

import functools
import os
import re
import threading

import duckdb

from exports.query.errors import Invalid

# What may follow the last slash in JavaScript; g and u change nothing about whether it matches.
_WRITTEN = re.compile(r"/(?P<pattern>.*)/(?P<flags>[dgimsuvy]*)", re.DOTALL)
_FLAGS = frozenset("gimsu")
_OPENING = threading.Lock()


def check(pattern: str, path: str) -> None:
    """:raises Invalid: RE2 refuses the pattern."""
    cursor = _checker().cursor()
    try:
        cursor.execute("SELECT regexp_matches('', ?)", [pattern])
    except duckdb.Error:
        raise Invalid(
            path,
            "RE2 does not take this regular expression. It knows no look-around and no "
            "back-references, and repeats at most 1,000 times; check brackets and escapes.",
        ) from None
    finally:
        cursor.close()


def literal(text: str, path: str) -> tuple[str, bool]:
    """The pattern of ``/pattern/flags`` or of a bare pattern, and whether case matters.

    :raises Invalid: a flag that RE2 has no like of.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return text, True
    flags = set(found["flags"])
    if unknown := sorted(flags - _FLAGS):
        raise Invalid(path, f"The flag {unknown[0]!r} cannot be used; use i, m or s.")
    inline = "".join(sorted(flags & {"m", "s"}))
    pattern = found["pattern"]
    return (f"(?{inline}){pattern}" if inline else pattern), "i" not in flags


def _checker() -> duckdb.DuckDBPyConnection:
    with _OPENING:
        return _connection(os.getpid())


@functools.lru_cache(maxsize=1)
def _connection(_process: int) -> duckdb.DuckDBPyConnection:
    """One small connection for each process, since none survives a fork."""
    return duckdb.connect(config={"threads": 1, "memory_limit": "64MB"})
