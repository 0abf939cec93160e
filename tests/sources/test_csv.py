"""CSV: what its cells are taken for, and what is refused with its line."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date, datetime, time
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from exports.sources.errors import FileDamaged, PropertyRefused, SchemasDiffer
from tests.sources.text import refusal, registered, rows, taken, types, write

if TYPE_CHECKING:
    from pathlib import Path

    from exports.sources.register import Registered


def table(folder: Path, content: str | bytes) -> Registered:
    return taken(folder, content, "things.csv")


def column(*cells: str) -> str:
    """Rows whose ``x`` is each of the cells."""
    return "id,x\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))


TYPES: list[tuple[list[str], str, list[Any]]] = [
    (["1", "-1", ""], "BIGINT", [1, -1, None]),
    ([str(2**63 - 1), str(-(2**63))], "BIGINT", [2**63 - 1, -(2**63)]),
    ([str(2**64 - 1)], "UBIGINT", [2**64 - 1]),
    (["-1", "9" * 38], "DECIMAL(38,0)", [Decimal(-1), Decimal("9" * 38)]),
    (["9" * 39], "VARCHAR", ["9" * 39]),
    (["1", "1.5", "1e3"], "DOUBLE", [1.0, 1.5, 1000.0]),
    (["1.5", "1e400"], "VARCHAR", ["1.5", "1e400"]),
    (["1.5", "NaN"], "VARCHAR", ["1.5", "NaN"]),
    (["1.5", "0.123456789012345678"], "VARCHAR", ["1.5", "0.123456789012345678"]),
    (["007"], "VARCHAR", ["007"]),
    (["+7"], "VARCHAR", ["+7"]),
    ([" 7"], "VARCHAR", [" 7"]),
    (["1_000"], "VARCHAR", ["1_000"]),
    (["1", '""'], "VARCHAR", ["1", ""]),
    (['"1"', "2"], "BIGINT", [1, 2]),
    (["true", "false", ""], "BOOLEAN", [True, False, None]),
    (["True", "1"], "VARCHAR", ["True", "1"]),
    (["2013-07-04"], "DATE", [date(2013, 7, 4)]),
    (["2013-02-30"], "VARCHAR", ["2013-02-30"]),
    (["10:30:00.5"], "TIME", [time(10, 30, 0, 500_000)]),
    (["2013-07-04 10:30:00"], "TIMESTAMP", [datetime(2013, 7, 4, 10, 30)]),  # noqa: DTZ001
    (["", ""], "VARCHAR", [None, None]),
    (["NULL", "\\N", "None"], "VARCHAR", ["NULL", "\\N", "None"]),
    (['"a,""b""\r\nc\n"'], "VARCHAR", ['a,"b"\r\nc\n']),
    (["é # 'x'", " y ", '""'], "VARCHAR", ["é # 'x'", " y ", ""]),
]


def test_it_takes_cells_for_what_they_are(tmp_path: Path) -> None:
    names = [f"x{n}" for n in range(len(TYPES))]
    cells = zip_longest(*(cells for cells, _, _ in TYPES), fillvalue="")
    lines = [",".join([str(i), *row]) for i, row in enumerate(cells)]
    found = table(tmp_path, "\n".join([",".join(["id", *names]), *lines]))
    assert types(found) == {name: sql for name, (_, sql, _) in zip(names, TYPES, strict=True)}
    _, *columns = zip(*rows(found), strict=True)
    for column, (_, _, read) in zip(columns, TYPES, strict=True):
        assert list(column[: len(read)]) == read


def test_offsets_become_utc(tmp_path: Path) -> None:
    found = table(tmp_path, column("2013-07-04T10:30:00+02:00", "2013-07-04T08:30:00Z"))
    assert types(found) == {"x": "TIMESTAMP WITH TIME ZONE"}
    assert rows(found, "epoch(x)") == [(1372926600.0,)] * 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_once_and_kept(tmp_path: Path, delimiter: str) -> None:
    text = f'"id"{delimiter}"a b"\n1{delimiter}"x,;|\t"\n'
    found = table(tmp_path, text)
    assert found.source.delimiter == delimiter
    assert rows(found) == [(1, "x,;|\t")]


def test_a_mark_and_the_ends_of_windows_do_not_show(tmp_path: Path) -> None:
    found = table(tmp_path, '\ufeffid,x\r\n1,"a\r\nb"\r\n\r\n2,c\r\n')
    assert rows(found) == [(1, "a\r\nb"), (2, "c")]


def test_one_column_is_enough(tmp_path: Path) -> None:
    assert rows(table(tmp_path, "id\n1\n2\n")) == [(1,), (2,)]


def test_compressed_and_plain_files_are_one_collection_in_order(tmp_path: Path) -> None:
    cells = [
        b"id,x\n" + b"".join(b'%d,"a\nb"\n' % i for i in range(n, n + 50_000)) for n in (0, 50_000)
    ]
    write(tmp_path, cells[0], "a.csv")
    write(tmp_path, gzip.compress(cells[1]), "b.csv.gz")
    write(tmp_path, zstandard.compress(b"id,x\n100000,\n"), "c.csv.zst")
    found = registered(tmp_path, tmp_path)
    assert found.documents == 100_001
    assert rows(found, 'id, ".row"') == [(i, i + 1) for i in range(100_001)]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", None, "it is empty."),
        ("id,x\n", None, "it holds no documents."),
        ("\nid,x\n1,a\n", 1, "the first line must hold the names of the columns."),
        ("id,x\n1,a\n2\n", 3, "it has 1 cells, not 2."),
        ('id,x\n1,"a\nb"\n\n2,c,d\n', 5, "it has 3 cells, not 2."),
        ('id,x\n1,a\n2,"b\n3,c\n', 3, "a quote is not closed, or something stands beside it."),
        ('id,x\n1,a\n2,"b"c\n', 3, "a quote is not closed, or something stands beside it."),
        (b"id,x\n1,a\n2,\xff\n", 3, "it is not UTF-8."),
        (f"id,x\n1,a\n2,{'b' * 9_000_000}\n", 3, "the row is longer than 8,000,000 bytes."),
        (f"id,x\n1,{'b' * 40_000_000}\n", 2, "the row is longer than 8,000,000 bytes."),
        ('"id,x\n1,a\n', 1, "it does not hold the names of the columns, as CSV has them."),
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, line: int | None, reason: str
) -> None:
    with pytest.raises(FileDamaged) as caught:
        table(tmp_path, content)
    at = "things.csv" if line is None else f"things.csv, line {line}"
    assert str(caught.value) == f"{at}: {reason}"


def test_a_quote_that_is_not_closed_is_found_in_compressed_files_too(tmp_path: Path) -> None:
    with pytest.raises(FileDamaged, match="line 3: a quote is not closed"):
        taken(tmp_path, gzip.compress(b'id,x\n1,a\n2,"b\n3,c\n'), "things.csv.gz")


@pytest.mark.parametrize("names", ["id,Id", "id,id", "id,a.b", "id,"])
def test_names_that_cannot_be_told_apart_are_refused(tmp_path: Path, names: str) -> None:
    with pytest.raises(PropertyRefused):
        table(tmp_path, f"{names}\n1,2\n")


def test_files_with_other_columns_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "id,x\n1,2\n", "a.csv")
    write(tmp_path, "x,id\n1,2\n", "b.csv")
    with pytest.raises(SchemasDiffer, match=r"b\.csv.*its columns are 'x', 'id', not 'id', 'x'"):
        registered(tmp_path, tmp_path)


def test_columns_that_moved_later_are_seen(tmp_path: Path) -> None:
    found = table(tmp_path, "id,x\n1,2\n")
    write(tmp_path, "x,id\n1,2\n", "things.csv")
    with pytest.raises(SchemasDiffer):
        rows(found)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("1", "1.5", "'x' is not a whole number of 64 bits."),
        ("1", "true", "'x' is not a whole number of 64 bits."),
        ("1", '""', "'x' is not a whole number of 64 bits."),
        ("1.5", "x", "'x' is not a number that a 64-bit float holds."),
        ("true", "1", "'x' is not true or false."),
        ("2013-07-04", "2013-07-04 10:30:00", "'x' is not a date such as 2013-07-04."),
    ],
)
def test_a_wrong_value_that_came_later_is_an_error_with_its_line(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    found = table(tmp_path, column(before, ""))
    write(tmp_path, column(before, "", "") + "\n" + f"7,{after}\n", "things.csv")
    assert refusal(found) == (6, reason)


def test_the_line_is_found_in_a_large_file(tmp_path: Path) -> None:
    """DuckDB reads it in several pieces, and a row holds several lines."""
    lines = [f'{i},"{"y" * 3_000}\n{i}",7\n' for i in range(12_000)]
    found = table(tmp_path, "id,x,n\n" + "".join(lines))
    lines[11_000] = "1,2,x\n"
    write(tmp_path, "id,x,n\n" + "".join(lines), "things.csv")
    assert refusal(found) == (22_002, "'n' is not a whole number of 64 bits.")


def test_cells_that_look_like_rows_are_cells(tmp_path: Path) -> None:
    """However far the reader is cut into pieces."""
    text = io.StringIO(newline="")
    cells = [f'"\n{i},x\n"{i},"y\n7,8\n"' * 20 + ",\n" for i in range(5_000)]
    csv.writer(text).writerows([["id", "x"], *enumerate(cells)])
    assert rows(table(tmp_path, text.getvalue())) == list(enumerate(cells))
