"""The order of the source is kept, on files of several row groups, with two threads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest

from exports.engine.errors import OrderBroken
from exports.engine.order import in_order
from tests.engine.exporting import Place, place

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 60_000
FILES = ("a", "b", "c")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """180,000 documents in three files of thirty row groups each, in no order of their values."""
    folder = tmp_path_factory.mktemp("order")
    mixed = random.Random(7)
    for at, name in enumerate(FILES):
        ids = list(range(at * ROWS, (at + 1) * ROWS))
        mixed.shuffle(ids)
        frame = pl.DataFrame({"id": ids, "group": [each % 100 for each in ids]}).with_columns(
            text=pl.format("number {}", "id"), tags=pl.concat_list(pl.format("t{}", "group"))
        )
        frame.write_parquet(folder / f"{name}.parquet", row_group_size=2_000)
    return place(folder, folder)


@pytest.fixture(scope="module")
def documents(numbers: Place) -> pl.DataFrame:
    """The documents in the order of the source, read by another library."""
    return pl.concat(pl.read_parquet(file) for file in numbers.source.files)


def read(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path)


def test_a_scan_keeps_the_order(numbers: Place, documents: pl.DataFrame) -> None:
    assert read(numbers.out("parquet")).equals(documents)


def test_a_filter_keeps_the_order(numbers: Place, documents: pl.DataFrame) -> None:
    where = {"group": {"$gt": 50}}
    assert read(numbers.out("parquet", where=where)).equals(documents.filter(pl.col("group") > 50))


@pytest.mark.parametrize("count", [5, 51, 10_000])
def test_a_list_keeps_the_order(numbers: Place, documents: pl.DataFrame, count: int) -> None:
    wanted = random.Random(count).sample(range(3 * ROWS), count)
    out = numbers.out("parquet", where={"id": {"$in": wanted}})
    assert read(out).equals(documents.filter(pl.col("id").is_in(wanted)))


@pytest.mark.parametrize("count", [5, 10_000])
def test_what_is_not_in_a_list_keeps_the_order(
    numbers: Place, documents: pl.DataFrame, count: int
) -> None:
    unwanted = random.Random(count).sample(range(3 * ROWS), count)
    out = numbers.out("parquet", where={"id": {"$nin": unwanted}})
    assert read(out).equals(documents.filter(~pl.col("id").is_in(unwanted)))


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_text_formats_keep_the_order(numbers: Place, documents: pl.DataFrame, format_: str) -> None:
    out = numbers.out(format_, paths=("text",))
    found = pl.read_ndjson(out) if format_ == "jsonl" else pl.read_csv(out)
    assert found.equals(documents.select("id", "text"))


def test_order_by_sorts_and_the_key_breaks_ties(numbers: Place, documents: pl.DataFrame) -> None:
    out = read(numbers.out("parquet", order_by=("-group",)))
    assert out.equals(documents.sort(["group", "id"], descending=[True, False]))


@pytest.mark.parametrize("size", [1, 7, 2_000, 100_000, 1_000_000])
def test_a_sample_is_the_first_rows(numbers: Place, documents: pl.DataFrame, size: int) -> None:
    assert read(numbers.out("parquet", sample_size=size)).equals(documents.head(size))


def test_a_sample_of_a_long_list_is_its_first_rows(numbers: Place, documents: pl.DataFrame) -> None:
    wanted = list(range(0, 3 * ROWS, 30))
    out = numbers.out("parquet", where={"id": {"$in": wanted}}, sample_size=100)
    assert read(out).equals(documents.filter(pl.col("id").is_in(wanted)).head(100))


def test_a_sample_of_what_is_ordered_is_the_top(numbers: Place, documents: pl.DataFrame) -> None:
    out = read(numbers.out("parquet", order_by=("-id",), sample_size=10))
    assert out.equals(documents.sort("id", descending=True).head(10))


def test_columns_named_like_the_readers_own_do_not_disturb_it(tmp_path: Path) -> None:
    table = {"id": range(50_000), "file_index": [1.5] * 50_000, "FILE_ROW_NUMBER": ["x"] * 50_000}
    pl.DataFrame(table).write_parquet(tmp_path / "things.parquet", row_group_size=3_000)
    things = place(tmp_path, tmp_path / "things.parquet")
    assert read(things.out("parquet")).equals(pl.DataFrame(table))


@pytest.mark.parametrize("rows", [[1, 3, 2], [1, 1], [0, -1]])
def test_rows_out_of_order_are_noticed_within_a_batch(rows: list[int]) -> None:
    with pytest.raises(OrderBroken):
        list(in_order([pa.record_batch({".row": rows})]))


@pytest.mark.parametrize("second", [[5, 6], [4, 7]])
def test_rows_out_of_order_are_noticed_between_batches(second: list[int]) -> None:
    batches = [pa.record_batch({".row": rows}) for rows in ([2, 5], second)]
    with pytest.raises(OrderBroken):
        list(in_order(batches))


def test_rows_in_order_pass() -> None:
    batches = [pa.record_batch({".row": rows, "x": rows}) for rows in ([0, 7], [8])]
    assert list(in_order(batches)) == batches


PLACES = [
    ([(0, 0), (0, 1), (1, 0)], True),
    ([(0, 5), (1, 0), (1, 1)], True),
    ([(0, 0), (0, 0)], False),
    ([(0, 1), (0, 0)], False),
    ([(1, 0), (0, 1)], False),
]


@pytest.mark.parametrize(("places", "rise"), PLACES)
def test_rows_of_two_places_rise_by_the_first_that_differs(
    places: list[tuple[int, int]], rise: bool
) -> None:
    batch = pa.record_batch({".row": [a for a, _ in places], ".index1": [b for _, b in places]})
    if rise:
        assert list(in_order([batch], 2)) == [batch]
    else:
        with pytest.raises(OrderBroken):
            list(in_order([batch], 2))
