"""JSONL: what its values are taken for, and what is refused with its line."""

from __future__ import annotations

import gzip
from datetime import date, datetime, timezone
from decimal import Decimal
from itertools import zip_longest
from math import inf, isnan
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from exports.query.schema import Kind
from exports.sources.errors import FileDamaged, KindsMixed, PropertyRefused
from tests.sources.text import doubted, refusal, registered, rows, taken, types, write

if TYPE_CHECKING:
    from pathlib import Path

AT = "2013-07-04T10:30:00"
ZONED = "TIMESTAMP WITH TIME ZONE"


def column(*values: str) -> str:
    """Documents whose ``x`` is each of the values."""
    return "".join(f'{{"id": {i}, "x": {value}}}\n' for i, value in enumerate(values))


TYPES: list[tuple[list[str], str, list[Any]]] = [
    (["1", "-1", "null"], "BIGINT", [1, -1, None]),
    ([str(2**63 - 1), str(-(2**63))], "BIGINT", [2**63 - 1, -(2**63)]),
    (["0", str(2**64 - 1)], "UBIGINT", [0, 2**64 - 1]),
    (["-1", str(2**64 - 1)], "DECIMAL(38,0)", [Decimal(-1), Decimal(2**64 - 1)]),
    (["1", "9" * 38], "DECIMAL(38,0)", [Decimal(1), Decimal("9" * 38)]),
    (["1", "1.5"], "DOUBLE", [1.0, 1.5]),
    (["1.0"], "DOUBLE", [1.0]),
    (["1e3", "5e-324"], "DOUBLE", [1e3, 5e-324]),
    (["1.7976931348623157e308"], "DOUBLE", [1.7976931348623157e308]),
    (["0.1", str(2**53), "-0.0"], "DOUBLE", [0.1, 2.0**53, -0.0]),
    (["0.5", "Infinity", "-Infinity"], "DOUBLE", [0.5, inf, -inf]),
    (["true", "false", "null"], "BOOLEAN", [True, False, None]),
    (['"7"', '"007"'], "VARCHAR", ["7", "007"]),
    (['""', '"é\\n\\"\\u0041\\u0000\\ud83d\\ude00"'], "VARCHAR", ["", 'é\n"A\0😀']),
    (["null", "null"], "VARCHAR", [None, None]),
    (['"2013-07-04"', "null"], "DATE", [date(2013, 7, 4), None]),
    (['"2013-07-04"', '"2013-02-30"'], "VARCHAR", ["2013-07-04", "2013-02-30"]),
    (['"2013-07-04"', '"infinity"'], "VARCHAR", ["2013-07-04", "infinity"]),
    (['"2013-7-4"'], "VARCHAR", ["2013-7-4"]),
    (['"04/07/2013"'], "VARCHAR", ["04/07/2013"]),
    (['"24:00:00"'], "VARCHAR", ["24:00:00"]),
    (['"2013-07-04T10:30:00"'], "TIMESTAMP", [datetime(2013, 7, 4, 10, 30)]),  # noqa: DTZ001
    (['"2013-07-04T10:30:00.1234567"'], "VARCHAR", ["2013-07-04T10:30:00.1234567"]),
    (['"2013-07-04"', '"10:30:00"'], "VARCHAR", ["2013-07-04", "10:30:00"]),
    (["[]", "null"], "VARCHAR[]", [[], None]),
    (["[1, null]", "[]"], "BIGINT[]", [[1, None], []]),
    (["[[1.5], []]"], "DOUBLE[][]", [[[1.5], []]]),
    (["{}", "null"], "MAP(VARCHAR, VARCHAR)", [{}, None]),
]


def test_it_takes_values_for_what_they_are(tmp_path: Path) -> None:
    """In the same way when the file is as it was checked, and when each value is looked at."""
    lines = [
        "".join([f'{{"id": {i}', *(f', "x{n}": {each}' for n, each in enumerate(row)), "}\n"])
        for i, row in enumerate(zip_longest(*(values for values, _, _ in TYPES), fillvalue="null"))
    ]
    found = taken(tmp_path, "".join(lines))
    assert types(found) == {f"x{n}": sql for n, (_, sql, _) in enumerate(TYPES)}
    for source in (found, doubted(found)):
        _, *columns = zip(*rows(source), strict=True)
        for column, (_, _, read) in zip(columns, TYPES, strict=True):
            assert repr(list(column[: len(read)])) == repr(read)


def test_not_a_number_is_one(tmp_path: Path) -> None:
    found = taken(tmp_path, column("0.5", "NaN"))
    assert isnan(rows(found)[1][1])


def test_offsets_become_utc(tmp_path: Path) -> None:
    found = taken(tmp_path, column('"2013-07-04T10:30:00+02:00"', '"2013-07-04 08:30:00.5Z"'))
    assert types(found) == {"x": ZONED}
    seconds = [(1372926600.0,), (1372926600.5,)]
    assert rows(found, "epoch(x)") == seconds
    assert datetime.fromtimestamp(seconds[0][0], timezone.utc).hour == 8  # noqa: UP017


def test_objects_become_structs_and_arrays_lists(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        '{"id": 1, "s": {"a b": 1, "l": [{"x": "2013-07-04"}, null, {"y": true}]}}\n'
        '{"id": 2, "s": null}\n'
        '{"id": 3, "s": {"l": []}}\n'
        '{"id": 4, "s": {"a b": null, "l": null}, "late": "é"}\n',
    )
    sql = 'STRUCT("a b" BIGINT, "l" STRUCT("x" DATE, "y" BOOLEAN)[])'
    assert types(found) == {"s": sql, "late": "VARCHAR"}
    assert found.schema.find("s.l")[-1].element.kind is Kind.STRUCT
    items = [{"x": date(2013, 7, 4), "y": None}, None, {"x": None, "y": True}]
    read: list[tuple[Any, ...]] = [
        (1, {"a b": 1, "l": items}, None),
        (2, None, None),
        (3, {"a b": None, "l": []}, None),
        (4, {"a b": None, "l": None}, "é"),
    ]
    assert rows(found) == rows(doubted(found)) == read


def test_names_may_hold_what_sql_does_not_like(tmp_path: Path) -> None:
    found = taken(tmp_path, '{"id": 1, "it\'s \\"x\\"": {"e0": [{"select": 5}]}, "at": [2]}\n')
    assert rows(found) == rows(doubted(found)) == [(1, {"e0": [{"select": 5}]}, [2])]


def test_blank_lines_and_the_ends_of_windows_are_no_documents(tmp_path: Path) -> None:
    found = taken(tmp_path, '\r\n{"id": 1}\r\n\r\n  \r\n{"id": 2}')
    assert rows(found) == [(1,), (2,)]


def test_compressed_and_plain_files_are_one_collection_in_order(tmp_path: Path) -> None:
    numbers = [b"".join(b'{"id": %d}\n' % i for i in range(n, n + 50_000)) for n in (0, 50_000)]
    write(tmp_path, numbers[0], "a.jsonl")
    write(tmp_path, gzip.compress(numbers[1]), "b.jsonl.gz")
    write(tmp_path, zstandard.compress(b'{"id": 100000}\n'), "c.ndjson.zst")
    found = registered(tmp_path, tmp_path)
    assert found.documents == 100_001
    assert rows(found, 'id, ".row"') == [(i, i + 1) for i in range(100_001)]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ('{"id": 1}\n{"id": 2\n', 2, "not a JSON object"),
        ('{"id": 1}\n\n\n{"id": 2}\n{"id":', 5, "not a JSON object"),
        ('{"id": 1}\n{"id": 2} {"id": 3}\n', 2, "not a JSON object"),
        ('[{"id": 1}]\n', 1, "not a JSON object"),
        ('{"id": 1}\n7\n', 2, "not a JSON object"),
        ("null\n", None, "no properties"),
        ("{}\n", None, "no properties"),
        ('\ufeff{"id": 1}\n', 1, "byte order mark"),
        (b'{"id": 1}\n{"id": 2, "x": "\xff"}\n', 2, "not a JSON object"),
        ('{"id": 1}\n{"id": 2, "id": 3}\n', 2, "two properties of one name"),
        ('{"id": 1}\n{"id": 2, "s": {"x": 3, "x": 3}}\n', 2, "two properties of one name"),
        (column("1", "2", '"3"'), 3, "'x' is not a whole number of 64 bits."),
        (column("1", "true", "2"), 2, "'x' is not a whole number of 64 bits."),
        (column('"a"', "7", '"b"'), 2, "'x' is not text."),
        (column('["a"]', '["a", 7]', '["b"]'), 2, "'x' is not text."),
        (column("0.5", str(2**53 + 1)), 2, "'x' is not a number that a 64-bit float holds."),
        (column("0.5", "1e400"), 2, "'x' is not a number that a 64-bit float holds."),
        ("", None, "no properties"),
        ("\n \n", None, "no properties"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, line: int | None, reason: str
) -> None:
    with pytest.raises(FileDamaged, match=reason) as caught:
        taken(tmp_path, content)
    assert caught.value.line == line
    assert str(caught.value).startswith(
        "things.jsonl" if line is None else f"things.jsonl, line {line}: "
    )


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ('{"id": 1, "Id": 2}\n', "id"),
        ('{"id": 1}\n{"id": 2, "s": {"x": 1, "X": 2}}\n', "s.x"),
        ('{"id": 1, "a.b": 2}\n', "a.b"),
        ('{"id": 1, "": 2}\n', ""),
        ('{"id": 1, "l": [{"a.b": 2}]}\n', "l.a.b"),
        (column("[1]", '{"a": 1}'), "x"),
    ],
)
def test_properties_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, content: str, path: str
) -> None:
    with pytest.raises(PropertyRefused) as caught:
        taken(tmp_path, content)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.jsonl.gz", gzip.compress(column(*map(str, range(9000))).encode(), mtime=0)[:-20]),
        ("cut.jsonl.zst", zstandard.compress(column(*map(str, range(9000))).encode())[:-20]),
        ("plain.jsonl.gz", column("1").encode()),
        ("plain.jsonl.zst", column("1").encode()),
        ("none.jsonl.gz", b""),
        ("none.jsonl.zst", b""),
        ("none.jsonl.gz", gzip.compress(b"", mtime=0)),
    ],
)
def test_a_damaged_or_empty_compressed_file_is_named(
    tmp_path: Path, name: str, content: bytes
) -> None:
    write(tmp_path, column("1"))
    write(tmp_path, content, name)
    with pytest.raises(FileDamaged) as caught:
        registered(tmp_path, tmp_path)
    assert str(caught.value).startswith(f"{name}: ")


def test_files_of_several_kinds_are_refused(tmp_path: Path) -> None:
    write(tmp_path, column("1"))
    write(tmp_path, "id\n1\n", "things.csv")
    with pytest.raises(KindsMixed, match=r"is CSV and .*is JSONL"):
        registered(tmp_path, tmp_path)


def test_the_line_is_found_in_a_large_file(tmp_path: Path) -> None:
    """DuckDB reads it in several pieces, and counts no blank lines."""
    line = '{"id": %d, "x": {"y": [%s]}}\n'
    lines = [line % (i, 7) + "\n" * (i % 2) for i in range(100_000)]
    found = taken(tmp_path, "".join(lines))
    lines[90_001] = line % (90_001, 1.5)
    write(tmp_path, "".join(lines))
    expected = "".join(lines[:90_001]).count("\n") + 1
    assert refusal(found) == (expected, "'x.y' is not a whole number of 64 bits.")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("1", "1.5", "a whole number of 64 bits"),
        ("1", "1.0", "a whole number of 64 bits"),
        ("1", '"7"', "a whole number of 64 bits"),
        ("1", "true", "a whole number of 64 bits"),
        ("1", str(2**63), "a whole number of 64 bits"),
        ("1", '{"y": 1}', "a whole number of 64 bits"),
        ("1.5", '"NaN"', "a number that a 64-bit float holds"),
        ("1.5", str(2**53 + 1), "a number that a 64-bit float holds"),
        ("true", "1", "true or false"),
        ("true", '"true"', "true or false"),
        ('"a"', "7", "text"),
        ('"a"', "[1]", "text"),
        ('"2013-07-04"', '"2013-07-04T10:30:00Z"', "a date such as 2013-07-04"),
        ('"10:30:00"', '"2013-07-04T10:30:00"', "a time such as 10:30:00"),
        (f'"{AT}"', f'"{AT}+02:00"', f"a time such as {AT}"),
        (f'"{AT}Z"', f'"{AT}"', f"a time with its offset such as {AT}Z"),
        ("[1]", "1", "a list"),
        ("[1]", "[1.5]", "a whole number of 64 bits"),
        ("{}", '{"y": 5}', "an object without properties"),
    ],
)
def test_a_wrong_value_that_came_later_is_an_error_with_its_line(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    found = taken(tmp_path, column(before, "null"))
    write(tmp_path, column(before, "null", before, after))
    assert refusal(found) == (4, f"'x' is not {reason}.")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('[{"y": 1}]', '[{"y": 1}, {"y": "1"}]', "'x.y' is not a whole number of 64 bits."),
        ('{"y": {"z": 1}}', '{"y": 5}', "'x.y' is not an object."),
        ('{"y": {"z": 1}}', '{"y": {"z": false}}', "'x.y.z' is not a whole number of 64 bits."),
        ('[{"y": [1]}]', '[{"y": 1}]', "'x.y' is not a list."),
    ],
)
def test_a_wrong_value_inside_of_another_is_named_by_its_path(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    found = taken(tmp_path, column(before, "null"))
    write(tmp_path, column(before, "null", before, after))
    assert refusal(found) == (4, reason)


def test_right_values_that_came_later_are_read(tmp_path: Path) -> None:
    found = taken(tmp_path, column('{"y": [1]}'))
    write(tmp_path, column('{"y": [1]}', '{"y": [-2, null], "new": 5}', "null"))
    assert rows(found, "x") == [({"y": [1]},), ({"y": [-2, None]},), (None,)]


def test_a_wrong_value_in_a_column_that_is_not_read_does_not_matter(tmp_path: Path) -> None:
    found = taken(tmp_path, column("1"))
    write(tmp_path, column("1", "1.5"))
    assert rows(found, "id") == [(0,), (1,)]
