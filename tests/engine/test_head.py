"""The first rows of a file that was written come back as they stand in it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from exports.engine.head import COLUMNS, Head, HeadBroken, HeadTooLarge, head
from exports.engine.request import Compression, CsvOptions, Format
from tests.engine.exporting import Place, place
from tests.services import write_parquet

if TYPE_CHECKING:
    from pathlib import Path

QUERY = """
    SELECT i AS id, CASE WHEN i = 1 THEN 'ü, "x"\nnext' END AS name,
           0.10::DECIMAL(38, 2) + i AS price, [1, i] AS list, {'deep': {'at': true}} AS nested,
           'x'::BLOB AS raw, TIMESTAMPTZ '2013-01-01 00:00:00+00' AS at, 'nan'::DOUBLE AS wrong
    FROM range(30) r(i)
"""
COLUMNS_OF_IT = ("id", "name", "price", "list", "nested", "raw", "at", "wrong")
SHAPES: list[dict[str, Any]] = [
    {"format_": each, **asked}
    for each in ("parquet", "jsonl", "json", "csv")
    for asked in ({}, {"archive": True}, {"compression": Compression.ZSTD})
] + [{"format_": "csv", "compression": Compression.GZIP, "archive": True}]


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("head")
    return place(folder, write_parquet(folder / "things.parquet", QUERY))


def look(path: Path, format_: str, *, archive: bool = False, **asked: Any) -> Head:
    around = asked.get("compression") if format_ != "parquet" else None
    with path.open("rb") as file:
        return head(file, Format(format_), around=around, zipped=archive, limit=2)


@pytest.mark.parametrize("asked", SHAPES, ids=lambda asked: "-".join(map(str, asked.values())))
def test_it_is_the_same_in_every_format(things: Place, asked: dict[str, Any]) -> None:
    found = look(things.out(**asked), **asked)

    assert found.columns == COLUMNS_OF_IT
    first, second = (dict(zip(found.columns, row, strict=True)) for row in found.rows)
    nothing = "" if asked["format_"] == "csv" else None
    assert (first["id"], first["name"], first["wrong"]) == ("0", nothing, nothing)
    assert (second["id"], second["name"], second["price"]) == ("1", 'ü, "x"\nnext', "1.10")
    assert (second["list"] or "").replace(" ", "") == "[1,1]"
    assert (second["nested"] or "").replace(" ", "") == '{"deep":{"at":true}}'
    assert (second["at"] or "").startswith("2013-01-01T00:00:00")


def test_a_delimiter_of_its_own_is_known(things: Place) -> None:
    path = things.out("csv", csv=CsvOptions(delimiter="\t", bom=True))

    with path.open("rb") as file:
        assert head(file, Format.CSV, delimiter="\t", limit=1).columns == COLUMNS_OF_IT


@pytest.mark.parametrize("format_", ["parquet", "jsonl", "json", "csv"])
def test_nothing_is_nothing(things: Place, format_: str) -> None:
    path = things.out(format_, where={"id": {"$gt": 99}})

    assert look(path, format_).rows == ()


def test_many_columns_are_counted_and_long_cells_cut(tmp_path: Path) -> None:
    columns = ", ".join(f"repeat('é', 1000) AS c{number}" for number in range(COLUMNS + 5))
    wide = place(tmp_path, write_parquet(tmp_path / "wide.parquet", f"SELECT 1 AS id, {columns}"))

    for format_ in ("parquet", "jsonl", "csv"):
        found = look(wide.out(format_), format_)
        assert (len(found.columns), found.more) == (COLUMNS, 6)
        assert found.rows[0][1] == "é" * 300 + "…"


@pytest.mark.parametrize("format_", ["parquet", "jsonl", "json", "csv"])
def test_what_is_damaged_is_said_to_be(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"\xff\xfe{" * 100)

    for archive in (False, True):
        with pytest.raises(HeadBroken):
            look(path, format_, archive=archive)


def test_a_line_without_end_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "data"
    with path.open("wb") as file:
        file.writelines(itertools.repeat(b"x" * 1_000_000, 9))

    with pytest.raises(HeadTooLarge):
        look(path, "jsonl")
