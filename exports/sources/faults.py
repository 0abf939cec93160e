"""Where a text source is wrong: file, line and property, from the error of a query that read it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import duckdb

from exports.query.schema import Kind
from exports.sources import scan
from exports.sources.errors import FileDamaged
from exports.sources.files import UNREADABLE, plain
from exports.sources.leaves import WORDS
from exports.sources.lines import line_at, line_of_record, line_of_row
from exports.sources.relation import MARK
from exports.sources.source import SourceKind
from exports.sources.trees import places, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exports.query.schema import Property
    from exports.sources.source import Source


class RepeatedName(Exception):
    """An object of JSON has two properties of one name."""


_TOO_LONG = re.compile(r'object_size" of (\d+) bytes exceeded while reading file "(.*?)"')
_MARKED = re.compile(rf"{MARK}(\d+)")
_MALFORMED = re.compile(r'Malformed JSON in file "(.*?)", at byte \d+ in line (\d+)')
_MISFIT = re.compile(r'JSON transform error in file "(.*?)", in line (\d+)')
_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_FILE = re.compile(r"^\s*file = (.*)$", re.MULTILINE)
_CSV_CELLS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_CSV_REASONS = {
    "unterminated quote": "a quote is not closed, or something stands beside it.",
    "Invalid unicode": "it is not UTF-8.",
    "Maximum line size": f"the row is longer than {scan.LONGEST:,} bytes.",
}
_NO_CSV = "its rows are not CSV; the ends of its lines may differ."
_NO_JSON = "it is not a JSON object on a line of its own."
_TWICE = "an object has two properties of one name."


def explain(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    properties: Sequence[Property],
    error: BaseException,
) -> FileDamaged | None:
    """What is wrong with a text source, when a query over it failed.

    The first document in the order of the source that has a wrong value is looked for, which may
    read the source again up to there.

    :param properties: as the source was read.
    :return: None when the error is about something else, or it is not known where it stands.
    """
    if not source.kind.is_text:
        return None
    try:
        if found := _MARKED.search(str(error)):
            return _wrong_value(connection, source, properties, properties[int(found[1])])
        message = str(error)
        if "IO Error" in message:
            named = (file for file in source.files if file in message)
            return FileDamaged(next(named, source.files[0]), None, UNREADABLE)
        if source.kind is SourceKind.CSV:
            return _wrong_csv(source, message)
        return _wrong_json(source, properties, message.removeprefix("Invalid Input Error: "))
    except (duckdb.Error, OSError, IndexError):
        return None


def _wrong_value(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    properties: Sequence[Property],
    column: Property,
) -> FileDamaged | None:
    found = list(places(column))
    tests = ", ".join(wrong(place, source.kind) for place in found)
    for file in source.files:
        query = (
            f"FROM (FROM {scan.raw(source, properties, [file])} "
            f"SELECT row_number() OVER () AS number, [{tests}] AS tests) "
            "SELECT number, list_position(tests, true) WHERE list_contains(tests, true) LIMIT 1"
        )
        for number, which in connection.execute(query).fetchall():
            place = found[which - 1]
            line = line_of_row(source, file, number)
            return FileDamaged(file, line, f"{place.path!r} is not {WORDS[place.sql]}.")
    return None


def _wrong_csv(source: Source, message: str) -> FileDamaged | None:
    files, numbers = _CSV_FILE.findall(message), _CSV_LINE.search(message)
    if not files or files[-1] not in source.files:
        return None
    file = files[-1]
    if numbers is None:
        return FileDamaged(file, None, _NO_CSV)
    line = line_of_record(source, file, int(numbers[1]))
    if cells := _CSV_CELLS.search(message):
        return FileDamaged(file, line, f"it has {cells[2]} cells, not {cells[1]}.")
    reasons = (reason for words, reason in _CSV_REASONS.items() if words in message)
    return FileDamaged(file, line, next(reasons, _NO_CSV))


def _wrong_json(source: Source, properties: Sequence[Property], message: str) -> FileDamaged | None:
    if found := _MALFORMED.match(message):  # it counts one too many
        line = line_of_row(source, found[1], int(found[2]) - 1)
        return FileDamaged(found[1], line, _NO_JSON)
    if found := _MISFIT.match(message):
        return _misshapen(properties, found[1], line_of_row(source, found[1], int(found[2])))
    if found := _TOO_LONG.search(message):
        return FileDamaged(found[2], None, f"a document is longer than {int(found[1]):,} bytes.")
    return None


def _misshapen(properties: Sequence[Property], file: str, line: int | None) -> FileDamaged | None:
    """Below a list DuckDB counts elements instead of lines, so that its line is only a guess."""
    if line is not None and (reason := _odd_one(properties, line_at(file, line))):
        return FileDamaged(file, line, reason)
    with plain(file) as stream:
        for number, text in enumerate(stream, 1):
            if reason := _odd_one(properties, text):
                return FileDamaged(file, number, reason)
    return None


def _odd_one(properties: Sequence[Property], line: bytes) -> str:
    """What is wrong with the shape of a document, if something is."""
    if line.isspace():
        return ""
    try:
        document = json.loads(line, object_pairs_hook=_object)
    except RepeatedName:
        return _TWICE
    except ValueError:  # what DuckDB takes for JSON, Python may not
        return ""
    if not isinstance(document, dict):
        return "" if document is None else _NO_JSON
    found = (_odd(each, document.get(each.name), each.name) for each in properties)
    return next((each for each in found if each), "")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RepeatedName
    return found


def _odd(node: Property, value: Any, path: str) -> str:
    """What is where a struct or a list should be, if something is."""
    found: Iterator[str] = iter(())
    if value is not None and node.kind is Kind.STRUCT:
        if not isinstance(value, dict):
            return f"{path!r} is not an object."
        found = (_odd(each, value.get(each.name), f"{path}.{each.name}") for each in node.children)
    elif value is not None and node.kind is Kind.LIST:
        if not isinstance(value, list):
            return f"{path!r} is not a list."
        found = (_odd(node.element, each, path) for each in value)
    return next((each for each in found if each), "")
