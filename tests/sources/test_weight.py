"""What a source weighs, told from footers or from a first look."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import duckdb

from exports.sources.connection import connect
from tests.sources.text import registered, write

if TYPE_CHECKING:
    from pathlib import Path

    from exports.sources.weight import Weight


def weight(folder: Path, location: Path) -> Weight:
    source = registered(folder, location).source
    connection, [found] = connect([source], scratch=folder, memory=100_000_000, spill=0)
    connection.close()
    return found


def test_parquet_says_it_for_each_property(tmp_path: Path) -> None:
    columns = "i AS id, repeat('x', 100) || i AS long, {'a': i, 'b': repeat('y', 50) || i} AS s"
    path = tmp_path / "things.parquet"
    duckdb.execute(
        f"COPY (SELECT {columns} FROM range(1000) r(i)) TO '{path}' (DICTIONARY_SIZE_LIMIT 1)"
    )
    found = weight(tmp_path, path)
    assert found.documents == 1000
    assert sorted(found.columns, key=found.columns.__getitem__) == ["id", "s", "long"]
    assert 100_000 < found.columns["long"] < 130_000


def test_of_text_it_is_estimated(tmp_path: Path) -> None:
    lines = [f'{{"id": {i}, "long": "{"x" * 80}", "n": 1}}\n' for i in range(1_000)]
    path = write(tmp_path, "".join(lines))
    found = weight(tmp_path, path)
    size = path.stat().st_size
    assert (found.documents, found.document) == (None, size // 1_000)
    assert 0.8 * size < found.columns["long"] < size
    assert 0.99 * size < sum(found.columns.values()) <= size


def test_compressed_text_is_taken_to_be_larger(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"id,x\n1,abc\n"), "things.csv.gz")
    found = weight(tmp_path, path)
    assert sum(found.columns.values()) > 4 * path.stat().st_size


def test_two_sources_share_a_connection(tmp_path: Path) -> None:
    one = registered(tmp_path, write(tmp_path, '{"id": 1}\n')).source
    two = registered(tmp_path, write(tmp_path, "id,x\n1,\n", "things.csv")).source
    connection, weights = connect([one, two], scratch=tmp_path, memory=100_000_000, spill=0)
    with connection:
        assert [list(each.columns) for each in weights] == [["id"], ["id", "x"]]
        for file in (*one.files, *two.files):
            assert connection.sql(f"SELECT count(*) FROM read_csv('{file}')").fetchall()
