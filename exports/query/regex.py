"""Regular expressions, as RE2 in DuckDB has them: whether it takes one, and what one finds."""

from __future__ import annotations

import functools
import os
import re
import threading
from typing import Any

import duckdb

from exports.query.errors import Invalid

# What may follow the last slash in JavaScript; g and u change nothing about whether it matches.
_WRITTEN = re.compile(r"/(?P<pattern>.*)/(?P<flags>[dgimsuvy]*)", re.DOTALL)
_FLAGS = frozenset("gimsu")
_LOCK = threading.Lock()


def check(pattern: str, path: str, *, cased: bool = True) -> None:
    """:raises Invalid: RE2 refuses the pattern, or finds it too large."""
    try:
        _asked("SELECT regexp_matches('', ?, ?)", pattern, "c" if cased else "i")
    except duckdb.Error:
        raise Invalid(
            path,
            "RE2 does not take this regular expression. It knows no look-around and no "
            "back-references, and repeats at most 1,000 times. Check its brackets, or make it "
            "smaller.",
        ) from None


def found(pattern: str, text: str) -> list[str]:
    """All that a pattern matches, one after the other, in a text that is made lower case first.

    Characters that can be composed are: a letter and its accent are one.
    """
    matches: list[str] = _asked(
        "SELECT regexp_extract_all(nfc_normalize(lower(?)), ?)", text, pattern
    )
    return matches


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


def _asked(query: str, *values: str) -> Any:
    with _LOCK:
        cursor = _connection().cursor()
    try:
        return cursor.execute(query, values).fetchall()[0][0]
    finally:
        cursor.close()


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1, "memory_limit": "64MB"})


def _close() -> None:
    """Before a fork: a child that inherits an open database crashes or hangs when it lets go."""
    _LOCK.acquire()
    if _connection.cache_info().currsize:
        _connection().close()
        _connection.cache_clear()


os.register_at_fork(before=_close, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)
