"""From a row of a text file to the line on which it begins; only for telling what is wrong there.

DuckDB counts rows: it passes over blank lines, and a cell of CSV may hold several.
"""

from __future__ import annotations

import csv
import io
import sys
from itertools import islice
from typing import TYPE_CHECKING

from exports.sources.files import plain
from exports.sources.source import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.sources.source import Source


def line_of_row(source: Source, file: str, row: int) -> int | None:
    """The line on which a document begins; both count from 1, and a header is no document."""
    lines = _rows(source, file) if source.kind is SourceKind.CSV else _filled(file)
    return next(islice(lines, row - 1, None), None)


def line_of_record(source: Source, file: str, record: int) -> int | None:
    """The line on which a record of CSV begins; a header and a blank line are records here."""
    return next((line for line, _ in islice(_records(source, file), record - 1, None)), None)


def line_at(file: str, line: int | None) -> bytes:
    """What stands on a line."""
    with plain(file) as stream:
        return next(islice(stream, (line or 1) - 1, None), b"")


def _rows(source: Source, file: str) -> Iterator[int]:
    (_, columns), *_ = islice(_records(source, file), 1)
    for line, cells in islice(_records(source, file), 1, None):
        if cells or columns == 1:  # then a blank line is an empty cell
            yield line


def _filled(file: str) -> Iterator[int]:
    with plain(file) as stream:
        for number, line in enumerate(stream, 1):
            if not line.isspace():
                yield number


def _records(source: Source, file: str) -> Iterator[tuple[int, int]]:
    """The first line and the number of cells of each record."""
    before = csv.field_size_limit(sys.maxsize)  # the error may be about a long cell
    try:
        with io.TextIOWrapper(plain(file), "utf-8-sig", "replace", newline="") as stream:
            reader = csv.reader(stream, delimiter=source.delimiter)
            line = 1
            for cells in reader:
                yield line, len(cells)
                line = reader.line_num + 1
    except csv.Error:
        return
    finally:
        csv.field_size_limit(before)
