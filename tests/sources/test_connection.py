"""The connection reads the files of its plan and can do nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from exports.sources.connection import connect, fitting
from exports.sources.source import Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = Path(__file__).parents[2] / "sample"
PLANES = str(SAMPLE / "planes.parquet")
SOURCE = Source(SourceKind.PARQUET, (PLANES,))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened, _ = connect([SOURCE], scratch=tmp_path, memory=32_000_000, spill=1 << 30)
    with opened:
        yield opened


def test_it_reads_its_files(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.sql(f"SELECT count(*) FROM read_parquet('{PLANES}')").fetchall() == [(3322,)]


@pytest.mark.parametrize(
    "query",
    [
        f"FROM read_parquet('{SAMPLE}/airports.parquet')",
        f"FROM read_parquet('{SAMPLE}/p*.parquet')",
        "FROM read_csv('/etc/passwd')",
        "FROM read_text('/etc/passwd')",
        "FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/out.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "SET memory_limit = '8GB'",
        "SET enable_external_access = true",
        "RESET allowed_paths",
        "FROM connection",
    ],
)
def test_it_refuses_everything_else(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    with pytest.raises(duckdb.Error):
        connection.execute(query)


def test_it_spills_to_its_scratch_folder(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    numbers = "SELECT r, hash(r) AS h FROM range(3_000_000) AS numbers(r) ORDER BY h"
    with connection.sql(numbers).to_arrow_reader(2048) as reader:
        assert len(reader.read_next_batch()) == 2048
        assert any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("pages", "memory", "threads"),
    [(0, 256, 2), (48, 256, 2), (49, 512, 2), (112, 512, 2), (113, 512, 1), (400, 512, 1)],
)
def test_large_pages_take_more_memory_then_fewer_threads(
    pages: int, memory: int, threads: int
) -> None:
    found = fitting(pages * 1_000_000, 256_000_000, 512_000_000, 2)

    assert found == (memory * 1_000_000, threads)


def test_a_file_of_large_pages_is_read(tmp_path: Path) -> None:
    """DuckDB's own way of writing: one page of 80 MB for the text of each row group."""
    path = str(tmp_path / "wide.parquet")
    duckdb.sql(
        f"COPY (SELECT i, repeat(md5(i::VARCHAR), 20) AS text FROM range(400_000) r(i)) TO '{path}'"
    )
    memory, most = 256_000_000, 512_000_000
    source = Source(SourceKind.PARQUET, (path,))
    opened, [weight] = connect([source], scratch=tmp_path, memory=memory, spill=0, most=most)
    assert (weight.documents, weight.pages > 128_000_000) == (400_000, True)
    with opened, opened.sql(f"FROM read_parquet('{path}')").to_arrow_reader(4096) as reader:
        assert sum(batch.num_rows for batch in reader) == 400_000
