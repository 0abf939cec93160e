"""What came out, read back with json, csv and pyarrow, each value by the property that it is."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from exports.engine.request import Format
from exports.query.schema import Kind
from tests.query.evaluator import rounded
from tests.worlds.shapes import Names, Shape, cells
from tests.worlds.world import arrow, stored

if TYPE_CHECKING:
    from exports.engine.request import CsvOptions, Request
    from tests.worlds.world import Document

Row = list[Any]
# Spreadsheets take these for the beginning of a formula, also after blanks.
FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@\t\r\n\0＝＋－＠]")  # noqa: RUF001 - full width is meant
BOM = "\ufeff"


class Unreadable(AssertionError):
    """The file, or a value in it, is not of the form that was promised."""


def columns(
    request: Request, shapes: Sequence[Shape], wished: Sequence[Names]
) -> dict[Names, Shape]:
    """The columns that come out, in their order."""
    if request.format is not Format.CSV:
        return {(each.name,): each for each in shapes}
    return cells(shapes, wished, flat=request.csv.nested == "flatten")


def expected_rows(
    request: Request, wanted: dict[Names, Shape], documents: Iterable[Document]
) -> list[Row]:
    """The rows as they must be read back."""
    return [
        [_expected(request, each, at(document, way)) for way, each in wanted.items()]
        for document in documents
    ]


def found_rows(request: Request, wanted: dict[Names, Shape], content: bytes) -> list[Row]:
    """The rows of a file.

    :raises Unreadable: a column, its order or a value's form is another than wanted.
    """
    match request.format:
        case Format.PARQUET:
            return _parquet(wanted, content)
        case Format.CSV:
            return list(_csv(request.csv, wanted, content.decode()))
        case Format.JSONL:
            lines = content.decode().split("\n")
            _check("the last line", lines.pop(), "")
            documents = [_json(line) for line in lines]
        case Format.JSON:
            documents = _array(request, _json(content.decode()))
    return [_fields(list(wanted.values()), each) for each in documents]


def _array(request: Request, found: Any) -> list[Any]:
    if request.envelope is None:
        return list(found)
    wanted = [*request.envelope.header, request.envelope.key]
    _check("the keys of the envelope", list(found), wanted)
    rows = found.pop(request.envelope.key)
    _check("the header", found, dict(request.envelope.header))
    return list(rows)


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _check("the keys of an object, each once", len(dict(pairs)), len(pairs))
    return dict(pairs)


def _fields(shapes: Sequence[Shape], found: Any) -> Row:
    _check("the keys", list(found), [each.name for each in shapes])
    return [_value(each, found[each.name]) for each in shapes]


def _value(shape: Shape, found: Any) -> Any:
    """A value of JSON, made comparable."""
    if found is None:
        return None
    if shape.items:
        return [_value(shape.items, each) for each in found]
    if shape.fields:
        return _fields(shape.fields, found)
    node = shape.node
    match node.kind:
        case Kind.FLOAT:
            number = float(found) if type(found) in (Decimal, int) else _wrong(node.name, found)
            return rounded(number) if node.sql == "FLOAT" else number
        case Kind.DECIMAL:
            return str(found)
        case Kind.TIMESTAMP:
            written = datetime.fromisoformat(found).isoformat()
            return written.replace("+00:00", "Z") if found.endswith("Z") else written
        case Kind.LIST:  # a vector
            return [_value(Shape(node.element), each) for each in found]
    return found


def _csv(options: CsvOptions, wanted: dict[Names, Shape], text: str) -> Iterator[Row]:
    if options.bom:
        _check("the mark", text[:1], BOM)
        text = text[1:]
    end = re.escape(options.delimiter) + "\n"
    cell = re.compile(rf'("(?:[^"]|"")*"|[^{end}"]*)([{end}])')
    rows: list[list[str]] = [[]]
    for found in cell.finditer(text):
        rows[-1].append(found[1])
        if found[2] == "\n":
            rows.append([])
    _check("the end", rows.pop(), [])
    plain = list(csv.reader(io.StringIO(text, newline=""), delimiter=options.delimiter))
    _check("the cells", [[_unquoted(each) for each in row] for row in rows], plain)
    names = [".".join(way) for way in wanted]
    _check("the header", plain[0], [_guarded(each, options) for each in names])
    for row in rows[1:]:
        _check("the number of cells", len(row), len(wanted))
        yield [
            None if each == options.null_text else _value(shape, _cell(shape, _unquoted(each)))
            for each, shape in zip(row, wanted.values(), strict=True)
        ]


def _cell(shape: Shape, text: str) -> Any:
    """A cell as the value of JSON that it would be."""
    words = {Kind.TEXT, Kind.DATE, Kind.TIME, Kind.TIMESTAMP, Kind.BINARY}
    nested = shape.items or shape.fields
    return text if shape.node.kind in words and not nested else _json(text)


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def _guarded(text: str, options: CsvOptions) -> str:
    return f"'{text}" if options.formula_guard and FORMULA.match(text) else text


def _parquet(wanted: dict[Names, Shape], content: bytes) -> list[Row]:
    table = pq.read_table(pa.BufferReader(content))
    types = [(each.name, each.type) for each in table.schema]
    _check("the columns", types, [(each.name, _type(each)) for each in wanted.values()])
    return [[_comparable(each) for each in row.values()] for row in table.to_pylist()]


def _type(shape: Shape) -> pa.DataType:
    if shape.items:
        return pa.list_(_type(shape.items))
    if shape.fields:
        return pa.struct([(each.name, _type(each)) for each in shape.fields])
    return arrow(shape.node)


def _comparable(value: Any) -> Any:
    """Structs without their names, which the types have; pairs are lists; moments are in UTC."""
    match value:
        case float():
            return float(value)
        case datetime():
            return value.isoformat()
        case dict():
            return [_comparable(each) for each in value.values()]
        case list() | tuple():
            return [_comparable(each) for each in value]
    return value


def _expected(request: Request, shape: Shape, value: Any) -> Any:
    if request.format is Format.PARQUET:
        return _comparable(_stored(shape, value))
    cell = request.format is Format.CSV and shape.node.kind is Kind.TEXT
    if cell and isinstance(value, str):
        return _guarded(value, request.csv)
    return _written(shape, value, ZoneInfo(request.timezone))


def _stored(shape: Shape, value: Any) -> Any:
    if value is None:
        return None
    if shape.items:
        return [_stored(shape.items, each) for each in value]
    if shape.fields:
        return {each.name: _stored(each, value[each.name]) for each in shape.fields}
    return stored([shape.node], {shape.name: value})[shape.name]


def _written(shape: Shape, value: Any, zone: ZoneInfo) -> Any:
    """What JSON makes of a value."""
    if value is None:
        return None
    if shape.items:
        return [_written(shape.items, each, zone) for each in value]
    if shape.fields:
        return [_written(each, value[each.name], zone) for each in shape.fields]
    return _plain(value, zone)


def _plain(value: Any, zone: ZoneInfo) -> Any:
    match value:
        case float():
            finite = float("-inf") < value < float("inf")
            return float(value) if finite else None
        case Decimal():
            return str(value)
        case datetime():
            written = value.astimezone(zone).isoformat()
            return written.replace("+00:00", "Z") if zone.key == "UTC" else written
        case date() | time():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode()
        case dict():
            return {key: _plain(each, zone) for key, each in value.items()}
        case list():
            return [_plain(each, zone) for each in value]
    return value


def at(document: Document, way: Names) -> Any:
    """What stands at the end of a way; null where anything on it is."""
    found: Any = document
    for name in way:
        found = None if found is None else found[name]
    return found


def _wrong(name: str, found: Any) -> float:
    raise Unreadable(f"{name!r} is written as {found!r}")


def _check(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Unreadable(f"{what}: found {found!r}, wanted {wanted!r}")
