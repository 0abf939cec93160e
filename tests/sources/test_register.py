"""Registering: the schema that is read, and everything that is refused with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports.query.schema import Kind, Property
from exports.sources.errors import (
    KeyNull,
    KeyRefused,
    KeyRepeated,
    PropertyRefused,
    SchemasDiffer,
    SourceUnreadable,
)
from exports.sources.register import Registered, register

SAMPLE = Path(__file__).parents[2] / "sample"


def registered(folder: Path, *locations: str, key: str = "id") -> Registered:
    return register(locations or [str(folder)], key=key, roots=[folder], scratch=folder)


def write(path: Path, columns: dict[str, Any]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def write_sql(path: Path, query: str) -> None:
    duckdb.connect().execute(f"COPY ({query}) TO '{path}'")


def test_it_reads_the_schema_of_the_flights(tmp_path: Path) -> None:
    found = register(["flights.parquet"], key="document_id", roots=[SAMPLE], scratch=tmp_path)
    assert found.documents == 336_776
    assert found.source.files == (str(SAMPLE / "flights.parquet"),)
    departure, delay = found.schema.find("departure.delay_minutes")
    assert (departure.kind, delay.kind, delay.sql) == (Kind.STRUCT, Kind.INTEGER, "SMALLINT")
    assert found.schema.find("scheduled_hour")[0].kind is Kind.TIMESTAMP


def test_it_reads_nested_types(tmp_path: Path) -> None:
    write_sql(
        tmp_path / "a.parquet",
        "SELECT 1 AS id, [{'a': 1.5::FLOAT, 'b': '\\xAA'::BLOB}] AS l, "
        "MAP {'k': [DATE '2020-01-01']} AS m",
    )
    schema = registered(tmp_path).schema
    items, mapping = schema.find("l")[0], schema.find("m")[0]
    assert items.sql == 'STRUCT("a" FLOAT, "b" BLOB)[]'
    assert [each.kind for each in items.element.children] == [Kind.FLOAT, Kind.BINARY]
    assert mapping.children == (
        Property("key", Kind.TEXT, "VARCHAR"),
        Property("value", Kind.LIST, "DATE[]", (Property("element", Kind.DATE, "DATE"),)),
    )


def test_several_files_are_one_collection(tmp_path: Path) -> None:
    write(tmp_path / "b.parquet", {"id": [3]})
    write(tmp_path / "a.parquet", {"id": [1, 2]})
    found = registered(tmp_path)
    assert found.documents == 3
    assert [Path(file).name for file in found.source.files] == ["a.parquet", "b.parquet"]


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    (tmp_path / "year=2013").mkdir()
    write(tmp_path / "year=2013" / "a.parquet", {"id": [1]})
    schema = registered(tmp_path, "year=2013").schema
    assert [each.name for each in schema.properties] == ["id"]


def test_columns_named_like_the_readers_own_are_just_columns(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"id": [1], "filename": ["x"], "file_row_number": [7.5]})
    schema = registered(tmp_path).schema
    assert [each.kind for each in schema.properties] == [Kind.INTEGER, Kind.TEXT, Kind.FLOAT]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "empty"), (b"PAR1 no parquet PAR1", "garbage"), (b"hello", "text")],
)
def test_a_file_that_is_no_parquet_is_named(tmp_path: Path, content: bytes, name: str) -> None:
    write(tmp_path / "a.parquet", {"id": [1]})
    (tmp_path / f"{name}.parquet").write_bytes(content)
    with pytest.raises(SourceUnreadable, match=f"{name}.parquet"):
        registered(tmp_path)


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    whole = (SAMPLE / "planes.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceUnreadable, match=r"cut\.parquet"):
        registered(tmp_path, key="document_id")


def test_a_file_with_damaged_pages_is_named(tmp_path: Path) -> None:
    damaged = bytearray((SAMPLE / "flights.parquet").read_bytes())
    damaged[4:200_000] = b"\x55" * 199_996
    (tmp_path / "damaged.parquet").write_bytes(damaged)
    with pytest.raises(SourceUnreadable, match=r"damaged\.parquet"):
        registered(tmp_path, key="document_id")


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        ({"id": [2.5], "name": ["b"]}, "'id' is DOUBLE, not BIGINT"),
        ({"id": [2]}, "'name' is missing"),
        ({"id": [2], "name": ["b"], "more": [1]}, "'more' is in this file only"),
    ],
)
def test_files_with_different_properties_are_refused(
    tmp_path: Path, other: dict[str, Any], difference: str
) -> None:
    write(tmp_path / "a.parquet", {"id": [1], "name": ["a"]})
    write(tmp_path / "b.parquet", other)
    with pytest.raises(SchemasDiffer, match=f"b.parquet.*{difference}"):
        registered(tmp_path)


def test_the_order_of_columns_may_differ(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"id": [1], "name": ["a"]})
    write(tmp_path / "b.parquet", {"name": ["b"], "id": [2]})
    assert registered(tmp_path).documents == 2


STRUCT = pa.struct([("Name", pa.int32()), ("name", pa.int32())])


@pytest.mark.parametrize(
    ("columns", "path", "reason"),
    [
        ({"id": [1], "Id": [2]}, "id", "only in case"),
        ({"id": [1], "s": pa.array([None], STRUCT)}, "s.Name", "only in case"),
        ({"id": [1], "a.b": [2]}, "a.b", "dot"),
        ({"id": [1], "s": [{"a.b": 2}]}, "s.a.b", "dot"),
        ({"id": [1], "": [2]}, "", "no name"),
        ({"id": [1], "a\nb": [2]}, "a\nb", "cannot be seen"),
        (
            {"id": [1], "m": pa.array([[(1, "a")]], pa.map_(pa.int32(), pa.string()))},
            "m",
            "must be text",
        ),
        (
            {"id": [1], "d": pa.array([None], pa.decimal256(50, 2))},
            "d",
            "at most 38 digits",
        ),
    ],
)
def test_a_property_that_cannot_be_exported_is_named(
    tmp_path: Path, columns: dict[str, Any], path: str, reason: str
) -> None:
    write(tmp_path / "a.parquet", columns)
    with pytest.raises(PropertyRefused) as refused:
        registered(tmp_path)
    assert refused.value.path == path
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("column", "path", "reason"),
    [
        ("[{'deep': INTERVAL 1 DAY}]", "c.deep", "interval"),
        ("'{}'::VARIANT", "c", "variant"),
        ("TIMETZ '10:30:00+02'", "c", "time of day with a zone"),
    ],
)
def test_a_type_that_cannot_be_exported_is_named(
    tmp_path: Path, column: str, path: str, reason: str
) -> None:
    write_sql(tmp_path / "a.parquet", f"SELECT 1 AS id, {column} AS c")
    with pytest.raises(PropertyRefused, match=reason) as refused:
        registered(tmp_path)
    assert refused.value.path == path


def test_json_and_columns_without_a_type_are_text(tmp_path: Path) -> None:
    columns = {"id": [1], "j": pa.array(["{}"], pa.json_()), "n": pa.array([None], pa.null())}
    write(tmp_path / "a.parquet", columns)
    schema = registered(tmp_path).schema
    assert [each.sql for each in schema.properties] == ["BIGINT", "VARCHAR", "VARCHAR"]


def test_the_key_must_be_there(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"number": [1], "score": [1.5]})
    with pytest.raises(KeyRefused, match=r"could be one of 'number'\."):
        registered(tmp_path)


@pytest.mark.parametrize("value", [1.5, True, [1], {"a": 1}])
def test_the_key_must_be_of_a_type_that_names(tmp_path: Path, value: object) -> None:
    write(tmp_path / "a.parquet", {"id": [value]})
    with pytest.raises(KeyRefused, match="is of type"):
        registered(tmp_path)


def test_a_uuid_is_a_key(tmp_path: Path) -> None:
    write_sql(tmp_path / "a.parquet", "SELECT uuid() AS id FROM range(3)")
    assert registered(tmp_path).documents == 3


def test_the_key_is_never_null(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"id": [1, None, None, 1]})
    with pytest.raises(KeyNull, match="2 documents have none"):
        registered(tmp_path)


def test_the_key_is_unique_over_all_files(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"id": ["x", "y"]})
    write(tmp_path / "b.parquet", {"id": ["z", "y"]})
    with pytest.raises(KeyRepeated, match="2 documents have 'y'"):
        registered(tmp_path)


def test_a_file_without_rows_can_be_registered(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"id": pa.array([], pa.string())})
    assert registered(tmp_path).documents == 0
