"""The first row of CSV files: the names of the columns, and what stands between them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from exports.sources.errors import FileDamaged, SchemasDiffer
from exports.sources.files import UNREADABLE, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.sources.source import Source

DELIMITERS = ",;\t|"
LONGEST = 1 << 18  # bytes of a header
NO_HEADER = "it does not hold the names of the columns, as CSV has them."
NO_UTF8 = "it is not UTF-8."


def delimiter_of(file: str) -> str:
    """What stands between the cells: that which makes the most columns of the first row."""
    start = _start(file)
    return max(DELIMITERS, key=lambda delimiter: len(_row(start, delimiter, strict=False)))


def header(file: str, delimiter: str) -> list[str]:
    """The names in the first row.

    :raises FileDamaged: there is none, it is no text, or it has no end.
    """
    try:
        names = _row(_start(file), delimiter, strict=True)
    except csv.Error as error:
        raise FileDamaged(file, 1, NO_HEADER) from error
    if not names:
        raise FileDamaged(file, 1, "the first line must hold the names of the columns.")
    return names


def check_headers(source: Source, names: Sequence[str]) -> None:
    """That each file has the columns of these names, in this order.

    :raises SchemasDiffer: one has others.
    """
    for file in source.files:
        found = header(file, source.delimiter)
        if found != list(names):
            difference = f"its columns are {_listed(found)}, not {_listed(names)}."
            raise SchemasDiffer(file, source.files[0], difference)


def _start(file: str) -> str:
    try:
        with plain(file) as stream:
            start = stream.read(LONGEST)
    except OSError as error:
        raise FileDamaged(file, None, UNREADABLE) from error
    if not start.strip():
        raise FileDamaged(file, None, "it is empty.")
    try:
        return start.decode("utf-8-sig", "strict" if len(start) < LONGEST else "ignore")
    except UnicodeDecodeError as error:
        raise FileDamaged(file, start.count(b"\n", 0, error.start) + 1, NO_UTF8) from error


def _row(text: str, delimiter: str, *, strict: bool) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
