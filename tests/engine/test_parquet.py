"""Parquet: row groups by their size, and one schema whatever the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from exports.engine.encoders.parquet import ROW_GROUP
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
