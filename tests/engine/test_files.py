"""Exported files: each once, listed for every document, and the missing ones in the errors."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from exports.engine.archive import SUMS, Archive
from exports.engine.errata import Errata
from exports.engine.errors import Cancelled, SourceInvalid, StorageFull
from exports.engine.fileroot import FileMissing, LocalRoot
from exports.engine.files import LISTING, FileExport, TooManyFiles
from exports.engine.progress import Progress
from exports.engine.spool import Spool
from exports.stores.local import LocalStore
from tests.engine.test_archive import resident

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from exports.engine.encoders.base import Piece
    from exports.engine.fileroot import FileRoot, Stream
    from exports.engine.sink import FileResult, Writer


class Nowhere:
    """A writer that keeps nothing."""

    def __init__(self, name: str = "") -> None:
        self.closed = False

    def write(self, data: memoryview | bytes) -> None:
        """Forget it."""

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        """There is nothing to take away."""


class Place:
    """A folder with a root, a store and a scratch folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir()
        self.store = LocalStore(folder / "store")
        self.out = folder / "store"
        self.listing = Spool(folder / LISTING)
        self.errata = Errata(folder)
        self.progress = Progress()
        self.stop = Event()

    def put(self, **files: bytes) -> None:
        for name, data in files.items():
            (self.root / name).write_bytes(data)

    def export(
        self,
        batches: Iterable[pa.RecordBatch],
        *,
        root: FileRoot | None = None,
        open_file: Callable[[str], Writer] | None = None,
        **options: Any,
    ) -> Iterator[FileResult]:
        return FileExport(
            root or LocalRoot(self.root),
            open_file=open_file or self.store.create,
            listing=self.listing,
            errata=self.errata,
            progress=self.progress,
            stop=self.stop,
            **options,
        ).run(batches)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def named(*rows: tuple[Any, str, str | None]) -> pa.RecordBatch:
    keys, properties, origins = zip(*rows, strict=True)
    names = [None if origin is None else f"n-{origin}" for origin in origins]
    return pa.record_batch(
        {
            "key": pa.array(keys),
            "property": pa.array(properties, pa.string()),
            "origin": pa.array(origins, pa.string()),
            "name": pa.array(names, pa.string()),
        }
    )


def read(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    return [json.loads(line) for each in pieces for line in bytes(each.data).splitlines()]


def listed(key: Any, path: str, origin: str, data: bytes) -> dict[str, Any]:
    return {
        "key": key,
        "property": path,
        "name": f"files/n-{origin}",
        "origin": origin,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def missing(key: Any, path: str, origin: str) -> dict[str, Any]:
    return {"code": "file_missing", "key": key, "path": path, "value": origin, "count": 1}


def test_each_file_comes_once_and_is_listed_for_every_document(place: Place) -> None:
    place.put(a=b"A" * 10, b=b"", c=b"C")
    batches = [
        named(("k1", "image", "b"), ("k1", "mask", "x"), ("k2", "image", "a")),
        named(("k3", "image", None), ("k3", "mask", "a")),
        named(("k4", "image", "c"), ("k4", "mask", "b"), ("k5", "image", "x"), ("k5", "a", "c")),
    ]
    files = list(place.export(batches))
    assert [(file.name, file.bytes) for file in files] == [
        ("files/n-b", 0),
        ("files/n-a", 10),
        ("files/n-c", 1),
    ]
    assert list(place.store.list()) == sorted(file.name for file in files)
    assert (place.out / "files/n-a").read_bytes() == b"A" * 10
    assert read(place.listing.pieces()) == [
        listed("k1", "image", "b", b""),
        listed("k2", "image", "a", b"A" * 10),
        listed("k3", "mask", "a", b"A" * 10),
        listed("k4", "image", "c", b"C"),
        listed("k4", "mask", "b", b""),
        listed("k5", "a", "c", b"C"),
    ]
    assert read(place.errata.pieces()) == [missing("k1", "mask", "x"), missing("k5", "image", "x")]
    assert place.progress == Progress(bytes_done=11)


def test_no_documents_make_no_files(place: Place) -> None:
    nothing = named((1, "image", None))
    assert list(place.export([])) == list(place.export([nothing, nothing.slice(0, 0)])) == []
    assert place.listing.lines == 0
    assert not place.errata


def test_keys_keep_their_type(place: Place) -> None:
    place.put(a=b"A")
    list(place.export([named((7, "image", "a"), (8, "image", "../a"))]))
    assert read(place.listing.pieces()) == [listed(7, "image", "a", b"A")]
    assert read(place.errata.pieces()) == [missing(8, "image", "../a")]


def test_all_go_into_one_zip(place: Place) -> None:
    data = {f"f{number}": b"%d" % number * number for number in range(120)}
    place.put(**data)
    archive = Archive(place.store.create("files.zip"), time=datetime(2024, 1, 1, tzinfo=UTC))
    batch = named(*((at, "image", name) for at, name in enumerate(data)))
    assert len(list(place.export([batch], open_file=archive.open, at_most=None))) == 120
    archive.finish()
    with zipfile.ZipFile(place.out / "files.zip") as found:
        assert found.namelist() == [*(f"files/n-{name}" for name in data), SUMS]
        assert {name: found.read(f"files/n-{name}") for name in data} == data
        sums = [line.split()[0].decode() for line in found.read(SUMS).splitlines()]
    assert [line["sha256"] for line in read(place.listing.pieces())] == sums


def test_more_than_a_hundred_need_a_zip(place: Place) -> None:
    place.put(**{f"f{number}": b"x" for number in range(101)})
    rows = [(at, "image", f"f{at}") for at in range(100)]
    assert len(list(place.export([named(*rows, (100, "image", "missing"))]))) == 100
    with pytest.raises(TooManyFiles, match="zip_files") as refusal:
        list(place.export([named(*rows, (100, "image", "f100"))], open_file=Nowhere))
    assert refusal.value.code == "too_many_files"


def test_a_file_that_grows_while_it_is_read_is_listed_as_it_was_written(place: Place) -> None:
    class Growing:
        def open(self, origin: str) -> Stream:
            return self

        def read(self, size: int, /) -> bytes:
            self.parts = getattr(self, "parts", 3) - 1
            return b"x" * self.parts

        def close(self) -> None:
            """Nothing is open."""

    (file,) = place.export([named((1, "image", "a"))], root=Growing())
    assert (place.out / file.name).read_bytes() == b"xxx"
    assert read(place.listing.pieces()) == [listed(1, "image", "a", b"xxx")]


class Endless:
    """A root whose files never end, or break."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.closed = False

    def open(self, origin: str) -> Stream:
        return self

    def read(self, size: int, /) -> bytes:
        if self.broken:
            raise OSError(5, "Input/output error")
        return bytes(size)

    def close(self) -> None:
        self.closed = True


def test_stop_ends_it_within_half_a_second(place: Place) -> None:
    root, ended = Endless(), []

    def work() -> None:
        with pytest.raises(Cancelled):
            list(place.export([named((1, "image", "a"))], root=root, open_file=Nowhere))
        ended.append(monotonic())

    thread = Thread(target=work)
    thread.start()
    while not place.progress.bytes_done:
        thread.join(0.01)
    stopped = monotonic()
    place.stop.set()
    thread.join(5)
    assert ended[0] - stopped < 0.5
    assert root.closed


def test_a_file_that_cannot_be_read_ends_the_run(place: Place) -> None:
    root = Endless(broken=True)
    with pytest.raises(SourceInvalid):
        list(place.export([named((1, "image", "a"))], root=root))
    assert root.closed
    assert list(place.store.list()) == []


def test_a_full_disk_has_its_own_reason(place: Place) -> None:
    class Full(Nowhere):
        def write(self, data: memoryview | bytes) -> None:
            raise OSError(28, "No space left on device")

    place.put(a=b"A")
    with pytest.raises(StorageFull):
        list(place.export([named((1, "image", "a"))], open_file=Full))


class Held:
    """A root that holds as many small files as one asks for."""

    def open(self, origin: str) -> Stream:
        if origin.endswith("9"):
            raise FileMissing(origin)
        return io.BytesIO(origin.encode())


def many(count: int, size: int = 7_000) -> Iterator[pa.RecordBatch]:
    for first in range(0, count, size):
        yield named(*((at, "image", f"folder/{at}") for at in range(first, first + size)))


def test_memory_is_flat_with_seventy_thousand_files(place: Place) -> None:
    list(place.export(many(7_000), root=Held(), open_file=Nowhere, at_most=None))
    before, count = resident(), 0
    for _ in place.export(many(70_000), root=Held(), open_file=Nowhere, at_most=None):
        count += 1
    assert resident() - before < 40 << 20
    assert count == 63_000
    assert place.errata.counts == {"file_missing": 7_700}


@pytest.mark.soak
def test_seventy_thousand_real_files_into_a_zip(place: Place) -> None:
    (place.root / "folder").mkdir()
    for at in range(70_000):
        (place.root / f"folder/{at}").write_bytes(b"%d" % at)
    archive = Archive(place.store.create("files.zip"), time=datetime(2024, 1, 1, tzinfo=UTC))
    before = resident()
    files = place.export(many(70_000), open_file=archive.open, at_most=None)
    assert sum(1 for _ in files) == 70_000
    archive.finish()
    assert resident() - before < 128 << 20
    with zipfile.ZipFile(place.out / "files.zip") as found:
        assert len(found.namelist()) == 70_001
        assert found.read("files/n-folder/69999") == b"69999"


@pytest.mark.soak
def test_memory_is_flat_with_a_file_of_five_gigabytes(place: Place) -> None:
    with (place.root / "large").open("wb") as file:
        file.truncate(5 << 30)
    archive = Archive(place.store.create("files.zip"), time=datetime(2024, 1, 1, tzinfo=UTC))
    before = resident()
    batch = named((1, "image", "large"))
    (large,) = place.export([batch], open_file=archive.open, at_most=None)
    archive.finish()
    assert resident() - before < 64 << 20
    assert large.bytes == 5 << 30
    with zipfile.ZipFile(place.out / "files.zip") as found:
        assert found.getinfo("files/n-large").file_size == 5 << 30
