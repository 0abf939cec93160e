"""A run ends with a whole result or with its reason, and leaves nothing behind either way."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports.engine.errors import (
    Cancelled,
    EngineError,
    EngineFailed,
    OutOfMemory,
    SchemaChanged,
    SourceChanged,
    SourceInvalid,
    StorageFailed,
    StorageFull,
)
from exports.engine.limits import Limits
from exports.engine.plan import plan
from exports.engine.reader import opened
from exports.engine.request import Format, Request, SampleMethod
from exports.engine.run import run
from exports.query.parse import parse
from tests.engine.exporting import NAME, SAMPLE, Place, of_table, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMATS = [each.value for each in Format]
ROWS = 200_000


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


@pytest.fixture
def few(tmp_path: Path) -> Place:
    return of_table(tmp_path, pa.table({"id": [1, 2, 3], "name": ["a", "b", "c"]}))


@pytest.fixture(scope="module")
def many_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("many") / "things.parquet"
    frame = pl.DataFrame({"id": range(ROWS)})
    text = pl.concat_str([pl.format("document number {}", "id")] * 4)
    frame.with_columns(text=text).write_parquet(file, row_group_size=10_000)
    return file


@pytest.fixture
def many(many_file: Path, tmp_path: Path) -> Place:
    """Enough documents that a run can be caught in the middle."""
    return place(tmp_path, Path(shutil.copy(many_file, tmp_path)))


class Spy:
    """A writer that counts, and does what the test wants before each write and at the close."""

    def __init__(self, on_write: Callable[[], None], on_close: Callable[[], None]) -> None:
        self.on_write, self.on_close = on_write, on_close
        self.written = 0
        self.ended = ""

    def write(self, data: memoryview | bytes) -> None:
        self.on_write()
        self.written += len(data)

    def close(self) -> None:
        self.on_close()
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"


def nothing() -> None:
    """Happens."""


def spied(
    at: Place,
    *,
    on_write: Callable[[], None] = nothing,
    on_close: Callable[[], None] = nothing,
    raises: type[EngineError],
    **asked: Any,
) -> Spy:
    """Run into a spy, which must end with the reason and leave no scratch folder."""
    spy = Spy(on_write, on_close)
    request = Request(collection=NAME, **{"format": Format.JSONL} | asked)
    with pytest.raises(raises):
        run(
            plan(request, at.catalogue),
            {NAME: at.source},
            open_file=lambda _: spy,
            scratch=at.folder / "scratch",
            progress=at.progress,
            stop=at.stop,
        )
    assert spy.ended == "aborted"
    assert not (at.folder / "scratch").exists()
    return spy


@pytest.mark.parametrize("format_", FORMATS)
def test_the_result_tells_of_the_very_bytes(few: Place, format_: str) -> None:
    result = few.run(format_)
    [file] = result.files
    data = (few.folder / "store" / f"data.{format_}").read_bytes()
    assert (file.name, file.rows, file.bytes) == (f"data.{format_}", 3, len(data))
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert (few.progress.rows_done, few.progress.rows_total) == (3, 3)
    assert (few.progress.bytes_done, few.progress.step) == (len(data), "checking")
    index = [result.index.name] if result.index else []
    assert few.left() == [file.name, *index]
    assert not (few.folder / "scratch").exists()


@pytest.mark.parametrize(
    ("format_", "content"),
    [("jsonl", b""), ("json", b"[]\n"), ("csv", b'"id","name"\n')],
)
def test_no_rows_make_a_whole_file(few: Place, format_: str, content: bytes) -> None:
    assert few.out(format_, where={"id": 9}).read_bytes() == content


def test_no_rows_make_parquet_with_the_same_schema(few: Place) -> None:
    empty = pq.read_table(few.out("parquet", where={"id": 9}))
    assert empty.num_rows == 0
    assert empty.schema == pq.read_schema(few.out("parquet"))


def test_it_reads_the_flights_that_were_late(tmp_path: Path) -> None:
    flights = place(tmp_path, SAMPLE / "flights.parquet", key="document_id")
    out = flights.out("jsonl", where={"departure.delay_minutes": {"$gt": 60}})
    found = [json.loads(line)["document_id"] for line in out.read_text().splitlines()]
    table = pq.read_table(SAMPLE / "flights.parquet")
    late = pa.compute.greater(pa.compute.struct_field(table["departure"], "delay_minutes"), 60)
    assert len(found) == 26_581
    assert found == table.filter(late)["document_id"].to_pylist()


def test_the_key_comes_first_then_the_paths_in_their_order(tmp_path: Path) -> None:
    table = pa.table({"s": [{"a": 1, "b": 2, "c": 3}], "id": ["x"], "n": [7]})
    things = of_table(tmp_path, table)
    out = things.out("jsonl", paths=("n", "s.c", "s.a"))
    assert out.read_text() == '{"id":"x","n":7,"s":{"c":3,"a":1}}\n'


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_overwritten_while_it_is_read_publishes_nothing(many: Place, format_: str) -> None:
    file = many.folder / "things.parquet"

    def overwrite() -> None:
        with file.open("r+b") as opened:
            opened.seek(file.stat().st_size // 2)
            opened.write(b"\x55" * 200_000)

    spied(many, on_write=overwrite, raises=SourceChanged, format=Format(format_))


def test_a_file_replaced_while_it_is_read_publishes_nothing(many: Place) -> None:
    file = many.folder / "things.parquet"
    other = file.with_name("other")
    other.write_bytes(file.read_bytes())

    def replace() -> None:
        if other.exists():
            other.rename(file)

    spied(many, on_write=replace, raises=SourceChanged)


def test_a_file_removed_while_it_is_read_publishes_nothing(many: Place) -> None:
    file = many.folder / "things.parquet"
    spied(many, on_write=lambda: file.unlink(missing_ok=True), raises=SourceChanged)


def test_a_missing_file_is_the_reason(few: Place) -> None:
    (few.folder / "things.parquet").unlink()
    with pytest.raises(SourceInvalid):
        few.run()
    assert few.left() == []


def test_a_file_cut_short_since_is_the_reason(few: Place) -> None:
    file = few.folder / "things.parquet"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(SourceInvalid):
        few.run()


def test_damaged_pages_are_the_reason_and_leave_nothing(tmp_path: Path) -> None:
    planes = (SAMPLE / "planes.parquet").read_bytes()
    (tmp_path / "planes.parquet").write_bytes(planes)
    things = place(tmp_path, tmp_path / "planes.parquet", key="document_id")
    damaged = bytearray(planes)
    damaged[4:10_000] = b"\x55" * 9_996
    (tmp_path / "planes.parquet").write_bytes(damaged)
    with pytest.raises(SourceInvalid):
        things.run()
    assert things.left() == []


@pytest.mark.parametrize(
    "columns",
    [
        {"id": [1], "name": [2]},
        {"id": [1]},
        {"id": [1], "name": ["a"], "more": ["b"]},
        {"id": [1], "name": ["a"], "NAME": ["b"]},
    ],
)
def test_a_source_with_other_properties_than_before_is_the_reason(
    few: Place, columns: dict[str, Any]
) -> None:
    pq.write_table(pa.table(columns), few.folder / "things.parquet")
    with pytest.raises(SchemaChanged):
        few.run()
    assert few.left() == []


def test_a_link_that_took_the_place_of_a_file_is_not_followed(few: Place) -> None:
    file = few.folder / "things.parquet"
    file.rename(few.folder / "moved.parquet")
    file.symlink_to(SAMPLE / "planes.parquet")
    with pytest.raises(SourceInvalid):
        few.run()


def test_cancel_ends_a_run_at_once(many: Place) -> None:
    asked: list[float] = []

    def cancel() -> None:
        if not asked:
            asked.append(time.monotonic())
            many.stop.set()
        time.sleep(0.02)

    spied(many, on_write=cancel, raises=Cancelled)
    assert time.monotonic() - asked[0] < 0.5


def test_cancel_ends_a_sort_before_its_first_row(tmp_path: Path) -> None:
    pl.DataFrame({"id": range(1_500_000)}).select(
        "id", text=pl.format("{} and more", pl.col("id").hash())
    ).write_parquet(tmp_path / "things.parquet")
    things = place(tmp_path, tmp_path / "things.parquet")
    timer = threading.Timer(0.2, things.stop.set)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        things.run("csv", order_by=("text",), limits=Limits(sort_memory=128_000_000))
    timer.join()
    assert time.monotonic() - begun < 1.5
    assert things.left() == []


def full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def broken() -> None:
    raise OSError(errno.EIO, "Input/output error")


def test_a_full_disk_is_the_reason(few: Place) -> None:
    spied(few, on_write=full, raises=StorageFull)


def test_a_disk_that_is_full_only_at_the_end_is_the_reason(few: Place) -> None:
    spied(few, on_close=full, raises=StorageFull)


def test_a_broken_disk_is_the_reason(few: Place) -> None:
    spied(few, on_write=broken, raises=StorageFailed)


def test_a_store_that_takes_nothing_is_the_reason(few: Place) -> None:
    few.store = type(few.store)(few.folder / "things.parquet")
    with pytest.raises(StorageFailed):
        few.run()


def test_what_nobody_foresaw_is_told_without_the_engines_words(few: Place) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret words")

    spy = Spy(fail, nothing)
    with pytest.raises(EngineFailed) as failed:
        run(
            plan(Request(collection=NAME), few.catalogue),
            {NAME: few.source},
            open_file=lambda _: spy,
            scratch=few.folder / "scratch",
            progress=few.progress,
            stop=few.stop,
        )
    assert "secret" not in str(failed.value)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert spy.ended == "aborted"


def test_too_little_memory_is_the_reason(many: Place) -> None:
    limits = Limits(sort_memory=8_000_000, spill=1_000_000)
    with pytest.raises(OutOfMemory):
        many.run(order_by=("text",), limits=limits)
    assert many.left() == []


def test_the_rows_to_come_are_known_at_once_without_a_filter(many: Place) -> None:
    totals: list[int | None] = []

    def look() -> None:
        totals.append(many.progress.rows_total)
        raise OSError  # nothing more is to be learnt

    spied(many, on_write=look, raises=StorageFailed)
    assert totals[0] == ROWS


def test_a_query_beside_the_rows_sees_what_they_are_read_from(many: Place) -> None:
    where = parse({"id": {"$lt": 100_000}}, many.schema)
    made = plan(Request(collection=NAME, where=where), many.catalogue)
    sources = {NAME: many.source}
    scratch = many.folder / "scratch"
    with (
        opened(made, sources, scratch=scratch, limits=Limits(), stop=many.stop) as reader,
        reader.cursor() as cursor,
    ):
        assert cursor.execute(made.count).fetchall() == [(100_000,)]


def test_a_run_that_is_stopped_beforehand_prepares_nothing(many: Place) -> None:
    many.stop.set()
    with pytest.raises(Cancelled):
        many.run(sample_size=100_000, sample_method=SampleMethod.RANDOM)


def test_a_filter_may_look_into_lists_of_lists_of_structs(tmp_path: Path) -> None:
    rows = {"id": [1, 2], "xs": [[[{"y": 1}], []], [[{"y": 2}]]]}
    where = {"xs": {"$elemMatch": {"$elemMatch": {"y": 1}}}}
    assert of_table(tmp_path, pa.table(rows)).run(where=where).rows == 1


@pytest.mark.parametrize(("size", "total"), [(None, 100_000), (10, 10)])
def test_the_rows_to_come_are_counted_beside_a_run_that_lasts(
    many: Place, size: int | None, total: int
) -> None:
    limits = Limits(count_after=0)
    many.out("csv", where={"id": {"$lt": 100_000}}, sample_size=size, limits=limits)
    assert many.progress.rows_total in (total, None)  # a fast run ends before the count
    assert many.progress.rows_done == total


def test_a_sample_is_all_that_is_to_come(many: Place) -> None:
    many.run(sample_size=10)
    assert many.progress.rows_total == 10


def test_a_collection_of_no_rows_at_all(tmp_path: Path) -> None:
    schema = pa.schema([("id", pa.string()), ("l", pa.list_(pa.timestamp("us")))])
    things = of_table(tmp_path, schema.empty_table())
    assert things.out("jsonl").read_bytes() == b""
    assert things.out("csv").read_bytes() == b'"id","l"\n'
    assert pq.read_schema(things.out("parquet")).field("l").type == pa.list_(
        pa.timestamp("us", "UTC")
    )
