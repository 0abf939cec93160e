"""Exports of text files: the same documents as from Parquet, or the file and line that is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest

from exports.engine.errors import SchemaChanged, SourceInvalid
from tests.engine.exporting import Place, place

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = """
    SELECT i AS id, 'näme ' || i AS name, CASE WHEN i % 3 > 0 THEN i / 8 END AS score,
        i % 2 = 0 AS even, DATE '2013-01-01' + (i % 365)::INT AS day,
        TIMESTAMPTZ '2013-01-01 00:00:00+00' + INTERVAL 1 HOUR * i AS "at",
        {'lat': i / 4, 'tags': ['a', NULL, 't' || i]} AS place,
        [{'n': i, 'x': NULL::VARCHAR}, {'n': -i, 'x': '"quoted"'}] AS items
    FROM range(2_000) r(i) ORDER BY i
"""


def of_text(folder: Path, content: str, name: str = "things.jsonl") -> Place:
    (folder / name).write_text(content)
    return place(folder, folder / name)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Place, Place]:
    """The same documents as Parquet and as JSONL."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for file in ("one/things.parquet", "two/things.jsonl"):
            options = "(FORMAT json, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ')"
            connection.execute(
                f"COPY ({DOCUMENTS}) TO '{tmp_path / file}' "
                + (options if file.endswith("l") else "")
            )
    one = place(tmp_path / "one", tmp_path / "one" / "things.parquet")
    return one, place(tmp_path / "two", tmp_path / "two" / "things.jsonl")


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_jsonl_gives_the_same_documents_as_parquet(pair: tuple[Place, Place], format_: str) -> None:
    parquet, jsonl = pair
    asked = {"where": {"score": {"$gt": 20}}, "order_by": ["-even"]}
    for each in ({}, asked):
        wanted = parquet.out(format_, **each).read_bytes()
        assert jsonl.out(format_, **each).read_bytes() == wanted
    (jsonl.folder / "things.jsonl").touch()  # now each value is looked at
    assert jsonl.out(format_).read_bytes() == parquet.out(format_).read_bytes()


def test_csv_comes_out_as_it_went_in(tmp_path: Path) -> None:
    rows = 'id,"x"\r\n1,"a\r\n""b"""\r\n2,""\r\n3,\r\n'
    out = of_text(tmp_path, rows, "things.csv").out("jsonl").read_text()
    values = [json.loads(line) for line in out.splitlines()]
    assert [each["x"] for each in values] == ['a\r\n"b"', "", None]


def test_a_wrong_value_ends_the_run_with_its_file_and_line(tmp_path: Path) -> None:
    things = of_text(tmp_path, '{"id": 1, "n": 1}\n')
    (tmp_path / "things.jsonl").write_text('{"id": 1, "n": 1}\n\n{"id": 2, "n": 1.5}\n')
    with pytest.raises(SourceInvalid) as caught:
        things.run()
    assert str(caught.value) == "things.jsonl, line 3: 'n' is not a whole number of 64 bits."
    assert things.left() == []


def test_a_filter_that_meets_a_wrong_value_tells_it(tmp_path: Path) -> None:
    things = of_text(tmp_path, '{"id": 1, "n": 1}\n')
    (tmp_path / "things.jsonl").write_text('{"id": 1, "n": 1}\n{"id": 2, "n": "7"}\n')
    with pytest.raises(SourceInvalid, match="line 2: 'n' is not"):
        things.run(where={"n": 7}, paths=["id"])


@pytest.mark.parametrize(
    ("name", "before", "after", "text"),
    [
        ("things.jsonl", '{"id": 1}\n', '{"id": 1}\n{"id"\n', "things.jsonl, line 2: "),
        ("things.csv", "id,n\n1,1\n", "id,n\n1,1\n2\n", "things.csv, line 3: it has 1 cells"),
        ("things.csv", "id,n\n1,1\n", "", "things.csv: it is empty."),
    ],
)
def test_a_file_that_broke_later_is_named(
    tmp_path: Path, name: str, before: str, after: str, text: str
) -> None:
    things = of_text(tmp_path, before, name)
    (tmp_path / name).write_text(after)
    with pytest.raises(SourceInvalid) as caught:
        things.run()
    assert str(caught.value).startswith(text)


def test_columns_that_changed_are_another_schema(tmp_path: Path) -> None:
    things = of_text(tmp_path, "id,n\n1,1\n", "things.csv")
    (tmp_path / "things.csv").write_text("id,m\n1,1\n")
    with pytest.raises(SchemaChanged):
        things.run()
