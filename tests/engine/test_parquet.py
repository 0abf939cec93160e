"""Parquet: row groups by their size, and one schema whatever the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports.engine.encoders.parquet import ROW_GROUP, encode_parquet, repeating
from tests.engine.exporting import of_query, of_table

if TYPE_CHECKING:
    from pathlib import Path


def test_row_groups_are_cut_by_their_bytes(tmp_path: Path) -> None:
    query = "SELECT range AS id, repeat(md5(range::VARCHAR), 16) AS text FROM range(200_000)"
    out = of_query(tmp_path, query, ", ROW_GROUP_SIZE 20_000").out("parquet")
    metadata = pq.read_metadata(out)
    rows = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    each = 8 + 4 + 512
    assert sum(rows) == 200_000
    assert len(rows) > 2
    assert all(ROW_GROUP <= count * each < 1.2 * ROW_GROUP for count in rows[:-1])


def test_it_is_compressed_with_zstd(tmp_path: Path) -> None:
    metadata = pq.read_metadata(of_table(tmp_path, pa.table({"id": [1]})).out("parquet"))
    assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_columns_may_be_null_whatever_the_statistics_say(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("id", pa.int64(), nullable=False)])
    out = of_table(tmp_path, pa.table({"id": [1]}, schema)).out("parquet")
    assert pq.read_schema(out).field("id").nullable


def batches(count: int) -> list[pa.RecordBatch]:
    query = """SELECT range AS id, 'text ' || range % 7 AS text, range / 3 AS share,
        {'city': 'c' || range, 'at': [range, NULL]} AS nested,
        TIMESTAMPTZ '2013-07-04 10:30:00Z' AS at, NULL::VARCHAR AS nothing FROM range(?)"""
    with duckdb.connect() as connection:
        rows: pa.Table = connection.sql(query, params=[count * 1000]).to_arrow_table()
    cut: list[pa.RecordBatch] = rows.to_batches(max_chunksize=1000)
    return cut


@pytest.mark.parametrize("count", [1, 2, 14, 15, 16, 200])
def test_row_groups_written_side_by_side_are_those_that_pyarrow_writes_by_itself(
    count: int,
) -> None:
    given = batches(count)
    schema = given[0].schema
    pieces = list(encode_parquet(given, schema=schema, row_group=1))
    written = b"".join(piece.data for piece in pieces)
    plain = pa.BufferOutputStream()
    with pq.ParquetWriter(
        plain, schema, compression="zstd", use_dictionary=repeating(given[:1])
    ) as writer:
        for batch in given:
            writer.write_table(pa.Table.from_batches([batch]), row_group_size=len(batch))
    assert written == plain.getvalue().to_pybytes()
    assert sum(piece.rows for piece in pieces) == count * 1000


@pytest.mark.parametrize("empty_at", [0, 1, 2])
def test_batches_without_rows_make_no_row_group(empty_at: int) -> None:
    given = batches(2)
    given.insert(empty_at, given[0].slice(0, 0))
    pieces = encode_parquet(given, schema=given[0].schema, row_group=1)
    written = pa.BufferReader(b"".join(piece.data for piece in pieces))
    assert pq.read_metadata(written).num_row_groups == 2
    assert pq.read_table(written).column("id").to_pylist() == list(range(2000))
