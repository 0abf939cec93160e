"""The types table: what each type becomes in each format, read back by other libraries."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engine.exporting import Place, of_query, of_table

if TYPE_CHECKING:
    from pathlib import Path

TEXT = 'a "quoted", back\\slash / \t\n\r é ź 漢字 🚢 \u2028 \x00 \x7f end'
BIG = Decimal("12345678901234567890123456789012345678")
MOMENT = dt.datetime(2013, 7, 4, 10, 30, tzinfo=dt.UTC)
DAY = dt.date(2013, 7, 4)
ID = uuid.UUID("6ccd780c-baba-1026-9564-5b8c656024db")
BYTES = bytes(range(256))

# name, Arrow type, value in the source, its JSON text; in CSV it is the same without quotes
SCALARS: list[tuple[str, pa.DataType, Any, str]] = [
    ("i8", pa.int8(), -128, "-128"),
    ("i16", pa.int16(), 32767, "32767"),
    ("i32", pa.int32(), -2147483648, "-2147483648"),
    ("i64", pa.int64(), 9007199254740993, "9007199254740993"),
    ("u8", pa.uint8(), 255, "255"),
    ("u16", pa.uint16(), 65535, "65535"),
    ("u32", pa.uint32(), 4294967295, "4294967295"),
    ("u64", pa.uint64(), 2**64 - 1, "18446744073709551615"),
    ("f32", pa.float32(), 0.1, "0.1"),
    ("f64", pa.float64(), 0.1, "0.1"),
    ("f64_large", pa.float64(), 1.7976931348623157e308, "1.7976931348623157e308"),
    ("f64_small", pa.float64(), 5e-324, "5.0e-324"),
    ("f64_zero", pa.float64(), -0.0, "-0.0"),
    ("decimal", pa.decimal128(12, 2), Decimal("-1.10"), "-1.10"),
    ("decimal_38", pa.decimal128(38, 0), BIG, str(BIG)),
    ("bool", pa.bool_(), True, "true"),
    ("date", pa.date32(), DAY, '"2013-07-04"'),
    ("date_64", pa.date64(), DAY, '"2013-07-04"'),
    ("time", pa.time64("us"), dt.time(10, 30), '"10:30:00"'),
    ("time_us", pa.time64("us"), dt.time(10, 30, 0, 5), '"10:30:00.000005"'),
    ("time_ns", pa.time64("ns"), 7, '"00:00:00.000000007"'),
    ("naive", pa.timestamp("us"), MOMENT.replace(tzinfo=None), '"2013-07-04T10:30:00Z"'),
    ("utc", pa.timestamp("us", "UTC"), MOMENT, '"2013-07-04T10:30:00Z"'),
    ("zoned", pa.timestamp("ms", "Asia/Tokyo"), MOMENT, '"2013-07-04T10:30:00Z"'),
    ("ms", pa.timestamp("ms", "UTC"), 1, '"1970-01-01T00:00:00.001Z"'),
    ("ns", pa.timestamp("ns", "UTC"), 1, '"1970-01-01T00:00:00.000000001Z"'),
    ("naive_ns", pa.timestamp("ns"), -1, '"1969-12-31T23:59:59.999999999Z"'),
    ("text", pa.string(), TEXT, json.dumps(TEXT, ensure_ascii=False)),
    ("large_text", pa.large_string(), "x", '"x"'),
    ("empty_text", pa.string(), "", '""'),
    ("enum", pa.dictionary(pa.int8(), pa.string()), "red", '"red"'),
    ("uuid", pa.uuid(), ID.bytes, f'"{ID}"'),
    ("json", pa.json_(), '{"a": 1}', '"{\\"a\\": 1}"'),
    ("binary", pa.binary(), BYTES, f'"{base64.b64encode(BYTES).decode()}"'),
    ("fixed_binary", pa.binary(2), b"\xfb\xff", '"+/8="'),
]
CELLS = {"f64_large": "1.7976931348623157e+308", "f64_small": "5e-324", "f64_zero": "-0"}

DEEP = pa.struct(
    [
        ("list", pa.list_(pa.struct([("at", pa.timestamp("us")), ("raw", pa.binary())]))),
        ("map", pa.map_(pa.string(), pa.binary())),
        ("day", pa.date32()),
        ("number", pa.float32()),
        ("exact", pa.decimal128(5, 3)),
    ]
)
DEEP_VALUE: dict[str, Any] = {
    "list": [
        {"at": MOMENT.replace(tzinfo=None), "raw": b"\xaa\x00"},
        None,
        {"at": None, "raw": None},
    ],
    "map": [("a.b", b"\xff"), ("ü", None)],
    "day": DAY,
    "number": 0.1,
    "exact": Decimal("1.500"),
}
DEEP_JSON = (
    '{"list":[{"at":"2013-07-04T10:30:00Z","raw":"qgA="},null,{"at":null,"raw":null}],'
    '"map":{"a.b":"/w==","ü":null},"day":"2013-07-04","number":0.1,"exact":1.500}'
)
NESTED: list[tuple[str, pa.DataType, Any, str]] = [
    ("deep", DEEP, DEEP_VALUE, DEEP_JSON),
    ("vector", pa.list_(pa.float32(), 3), [0.1, -2.0, 1e10], "[0.1,-2.0,1.0e10]"),
    ("matrix", pa.list_(pa.list_(pa.int64())), [[1, None], [], None], "[[1,null],[],null]"),
    ("bins", pa.list_(pa.list_(pa.binary())), [[b"\x01", None]], '[["AQ==",null]]'),
    ("empty", pa.list_(pa.string()), [], "[]"),
]


def lines_of(path: Path) -> list[str]:
    """Unlike splitlines, it keeps U+2028, which JSON may hold as it is, within a line."""
    return path.read_bytes().decode().removesuffix("\n").split("\n")


def cell(name: str, text: str) -> str:
    """The cell of CSV for a text of JSON."""
    return CELLS.get(name) or (str(json.loads(text)) if text.startswith('"') else text)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One document with a value of every type, one with nothing but nulls, and one more."""
    columns: dict[str, pa.Array] = {"id": pa.array([1, 2, 3])}
    for name, kind, value, _ in [*SCALARS, *NESTED]:
        if pa.types.is_dictionary(kind):
            columns[name] = pa.array([value, None, value]).dictionary_encode()
        else:
            columns[name] = pa.array([value, None, value], kind)
    return of_table(tmp_path_factory.mktemp("types"), pa.table(columns))


def test_every_type_in_json_lines(everything: Place) -> None:
    first, second, third = lines_of(everything.out("jsonl"))
    cells = [f'"{name}":{text}' for name, *_, text in [*SCALARS, *NESTED]]
    assert first == "{" + ",".join(['"id":1', *cells]) + "}"
    assert third == first.replace('"id":1', '"id":3')
    assert json.loads(second) == {"id": 2} | {name: None for name, *_ in [*SCALARS, *NESTED]}


def test_json_is_an_array_of_the_same_documents(everything: Place) -> None:
    lines = lines_of(everything.out("jsonl"))
    array = everything.out("json").read_bytes().decode()
    assert array == "[\n" + ",\n".join(lines) + "\n]\n"
    assert len(json.loads(array, parse_float=Decimal)) == 3


def test_every_type_in_csv(everything: Place) -> None:
    with everything.out("csv").open(newline="", encoding="utf-8") as file:
        header, first, second, third = csv.reader(file)
    names = [name for name, *_ in [*SCALARS, *NESTED]]
    assert header == ["id", *names]
    assert first == [
        "1",
        *(cell(name, text) for name, *_, text in SCALARS),
        *(text for *_, text in NESTED),
    ]
    assert second == ["2", *[""] * len(names)]
    assert third == ["3", *first[1:]]


def test_csv_tells_empty_text_from_null(everything: Place) -> None:
    lines = everything.out("csv", paths=("empty_text", "i8")).read_text().splitlines()
    assert lines == ['"id","empty_text","i8"', '1,"",-128', "2,,", '3,"",-128']


def test_csv_is_read_alike_by_polars(everything: Place) -> None:
    paths = ("i64", "u64", "f64", "bool", "date", "text", "empty_text", "deep")
    frame = pl.read_csv(everything.out("csv", paths=paths), try_parse_dates=True)
    row = frame.row(0, named=True)
    assert row["i64"] == 9007199254740993
    assert row["u64"] == 2**64 - 1
    assert row["date"] == DAY
    assert (row["text"], row["deep"]) == (TEXT, DEEP_JSON)


def test_every_type_in_parquet(everything: Place) -> None:
    table = pq.read_table(everything.out("parquet"))
    made = pq.read_table(everything.source.files[0])
    for name, kind, *_ in SCALARS:
        wanted = made[name]
        if name == "uuid":
            wanted = pa.chunked_array([[str(ID), None, str(ID)]])
        elif pa.types.is_timestamp(kind):
            unit = "ns" if kind.unit == "ns" else "us"
            wanted = wanted.cast(pa.timestamp(unit)).cast(pa.timestamp(unit, "UTC"))
        elif pa.types.is_dictionary(kind):
            wanted = wanted.cast(pa.string())
        assert table[name].equals(wanted.cast(table[name].type)), name


def test_every_nested_type_in_parquet(everything: Place) -> None:
    table = pq.read_table(everything.out("parquet"))
    made = pq.read_table(everything.source.files[0])
    for name in ("vector", "matrix", "bins", "empty"):
        assert table[name].to_pylist() == made[name].to_pylist()
    first, second, _ = table["deep"].to_pylist()
    items = [each and {**each, "at": each["at"] and MOMENT} for each in DEEP_VALUE["list"]]
    assert first == made["deep"].to_pylist()[0] | {"list": items}
    assert second is None


def test_parquet_keeps_the_types(everything: Place) -> None:
    schema = pq.read_schema(everything.out("parquet"))
    kept = {"i8", "u64", "f32", "decimal", "decimal_38", "date", "time", "time_ns", "ns", "text"}
    made = {name: kind for name, kind, *_ in SCALARS}
    assert {name: schema.field(name).type for name in kept} == {name: made[name] for name in kept}


def test_parquet_is_read_alike_by_polars(everything: Place) -> None:
    frame = pl.read_parquet(everything.out("parquet", paths=("i64", "deep", "text", "decimal_38")))
    row = frame.row(0, named=True)
    assert (row["i64"], row["text"], row["decimal_38"]) == (9007199254740993, TEXT, BIG)
    assert row["deep"]["list"][0]["at"] == MOMENT


INFINITE = """
    SELECT 1 AS id, 'infinity'::TIMESTAMP AS t, '-infinity'::TIMESTAMPTZ AS z,
        'infinity'::DATE AS d, 'nan'::DOUBLE AS f, '-inf'::FLOAT AS g,
        [{'t': 'infinity'::TIMESTAMP, 'd': '-infinity'::DATE, 'f': 'inf'::DOUBLE}, NULL] AS l
    UNION ALL
    SELECT 2, TIMESTAMP '2013-07-04', TIMESTAMPTZ '2013-07-04 00:00:00+00', DATE '2013-07-04',
        1.5, 2.5, [{'t': TIMESTAMP '2013-07-04', 'd': DATE '2013-07-04', 'f': 3.5}]
"""
FINITE = [
    {"id": 1, "t": None, "z": None, "d": None, "f": None, "g": None}
    | {"l": [{"t": None, "d": None, "f": None}, None]},
    {"id": 2, "t": "2013-07-04T00:00:00Z", "z": "2013-07-04T00:00:00Z", "d": "2013-07-04"}
    | {"f": 1.5, "g": 2.5, "l": [{"t": "2013-07-04T00:00:00Z", "d": "2013-07-04", "f": 3.5}]},
]


@pytest.mark.parametrize("format_", ["jsonl", "json", "csv"])
def test_what_no_text_can_hold_is_null_and_counted(tmp_path: Path, format_: str) -> None:
    things = of_query(tmp_path, INFINITE)
    result = things.run(format_)
    text = (tmp_path / "store" / f"data.{format_}").read_text()
    assert dict(result.notices) == {"infinite_times": 5, "not_finite_numbers": 3}
    assert "ERROR" not in text
    if format_ == "json":
        assert json.loads(text) == FINITE
    elif format_ == "jsonl":
        assert [json.loads(line) for line in text.splitlines()] == FINITE
    else:
        assert text.splitlines()[1] == '1,,,,,,"[{""t"":null,""d"":null,""f"":null},null]"'


def test_parquet_keeps_infinity(tmp_path: Path) -> None:
    table = pq.read_table(of_query(tmp_path, INFINITE).out("parquet"))
    assert table["t"].cast(pa.int64()).to_pylist()[0] == 2**63 - 1
    assert table["g"].to_pylist() == [float("-inf"), 2.5]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("DATE '12345-07-04'", '"+12345-07-04"'),
        ("DATE '0044-03-15 (BC)'", '"-0043-03-15"'),
        ("TIMESTAMP '262141-12-31 00:00:00'", '"+262141-12-31T00:00:00Z"'),
        ("TIMESTAMP '262142-01-01 00:00:00'", "null"),
        ("TIMESTAMP '294246-01-01 00:00:00'", "null"),
        ("TIMESTAMP '270000-01-01 (BC) 00:00:00'", "null"),
        ("DATE '5000000-01-01'", "null"),
        ("DATE '4000000-01-01 (BC)'", "null"),
    ],
)
def test_far_times_are_written_or_null_and_never_an_error(
    tmp_path: Path, value: str, text: str
) -> None:
    things = of_query(tmp_path, f"SELECT 1 AS id, {value} AS t, [{value}] AS l")
    assert things.out("jsonl").read_text() == f'{{"id":1,"t":{text},"l":[{text}]}}\n'
    assert (
        things.out("csv")
        .read_text()
        .splitlines()[1]
        .startswith("1," + ("," if text == "null" else ""))
    )


def test_no_output_ever_holds_an_error(everything: Place) -> None:
    for format_ in ("jsonl", "json", "csv", "parquet"):
        assert b"ERROR:" not in everything.out(format_, timezone="America/New_York").read_bytes()
