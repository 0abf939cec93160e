"""Brings along the files that documents name: each once, listed for every document."""

from __future__ import annotations

import sys
from contextlib import closing
from hashlib import blake2b
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from exports.engine.encoders.base import Piece
from exports.engine.errors import Cancelled, EngineError, SourceInvalid
from exports.engine.fileroot import FileMissing
from exports.engine.sink import FILES, Sink, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from threading import Event

    from exports.engine.errata import Errata
    from exports.engine.fileroot import FileRoot, Stream
    from exports.engine.progress import Progress
    from exports.engine.sink import FileResult, Writer
    from exports.engine.spool import Spool

FOLDER = "files/"
LISTING = "files.jsonl"
ZIPPED = "files.zip"
CONTENT_TYPE = "application/octet-stream"  # whatever the name says: it is anybody's file
MISSING = "file_missing"
ABSENT = b""  # what came of a file that is not there
UNZIPPED = 100  # files
CHUNK = 1 << 20  # bytes


class TooManyFiles(EngineError):
    """The documents name more files than are written one by one."""

    code = "too_many_files"
    text = f"The documents name more than {UNZIPPED} files. Ask for them in one zip: zip_files."


class FileExport:
    """Copies files out of a root, one at a time.

    :param root: where they are found.
    :param open_file: makes the writer of a file, given its name, ``files/…``; that of an archive
        will do.
    :param listing: gets a line for each document and property that names a file which is there.
    :param errata: gets an entry for each that names one which is not.
    :param stop: set it from another thread to end the work within half a second.
    :param at_most: so many files may come; None is no bound, for an archive.
    """

    def __init__(
        self,
        root: FileRoot,
        *,
        open_file: Callable[[str], Writer],
        listing: Spool,
        errata: Errata,
        progress: Progress,
        stop: Event,
        at_most: int | None = UNZIPPED,
    ) -> None:
        self._root = root
        self._open_file = open_file
        self._listing = listing
        self._errata = errata
        self._progress = progress
        self._stop = stop
        self._left = sys.maxsize if at_most is None else at_most
        self._known: dict[bytes, bytes] = {}  # 16 bytes of each origin's sum, to what came of it

    def run(self, named: Iterable[pa.RecordBatch]) -> Iterator[FileResult]:
        """Copy each file once, in the order in which they are first named; yields what came out.

        Memory is that of one chunk, and some 250 bytes for each file. A file that changes
        meanwhile comes as it was read, and is listed so.

        :param named: batches with the columns ``key``, ``property``, ``origin`` (the path as the
            document has it; null is no file) and ``name`` (what it is called in the result).
        :raises TooManyFiles: there are more than ``at_most``.
        :raises Cancelled: after ``stop``.
        :raises SourceInvalid: a file that is there could not be read.
        :raises StorageFull: the disk is full.
        """
        for each in named:
            batch = each.filter(pc.is_valid(each["origin"]))
            origins = batch["origin"].dictionary_encode()
            marks = [_mark(origin) for origin in origins.dictionary.to_pylist()]
            yield from self._copies(_first_named(batch, origins.dictionary), marks)
            self._record(batch, origins.indices, [self._known[mark] for mark in marks])

    def _copies(
        self, files: Iterable[tuple[str, str]], marks: Iterable[bytes]
    ) -> Iterator[FileResult]:
        for (origin, name), mark in zip(files, marks, strict=True):
            if mark not in self._known:
                file = self._copy(origin, FOLDER + name)
                self._known[mark] = _packed(file) if file else ABSENT
                if file:
                    yield file

    def _copy(self, origin: str, name: str) -> FileResult | None:
        if self._stop.is_set():
            raise Cancelled
        try:
            stream = self._root.open(origin)
        except FileMissing:
            return None
        with closing(stream):
            if not self._left:
                raise TooManyFiles
            self._left -= 1
            with stored(self._open_file, name) as writer:
                sink = Sink(writer, self._progress)
                sink.write(self._pieces(stream))
        return sink.result(name, FILES, CONTENT_TYPE)

    def _pieces(self, stream: Stream) -> Iterator[Piece]:
        while True:
            if self._stop.is_set():
                raise Cancelled
            try:
                chunk = stream.read(CHUNK)
            except OSError as error:
                raise SourceInvalid from error
            if not chunk:
                return
            yield Piece(chunk)

    def _record(self, batch: pa.RecordBatch, which: pa.Array, known: Sequence[bytes]) -> None:
        sizes = pa.array([_size(each) for each in known], pa.int64()).take(which)
        sums = pa.array([_sum(each) for each in known], pa.string()).take(which)
        there = pc.is_valid(sizes)
        named = pc.binary_join_element_wise(FOLDER, batch["name"], "")
        columns = [batch["key"], batch["property"], named, batch["origin"]]
        names = ["key", "property", "name", "origin", "bytes", "sha256"]
        self._listing.add(pa.record_batch([*columns, sizes, sums], names=names).filter(there))
        entries = pa.record_batch(
            [batch["key"], batch["property"], batch["origin"]], names=["key", "path", "value"]
        )
        self._errata.add(MISSING, entries.filter(pc.invert(there)))


def _mark(origin: str) -> bytes:
    return blake2b(origin.encode(), digest_size=16).digest()


def _first_named(batch: pa.RecordBatch, origins: pa.Array) -> Iterator[tuple[str, str]]:
    firsts = pc.index_in(origins, value_set=batch["origin"])
    return zip(origins.to_pylist(), batch["name"].take(firsts).to_pylist(), strict=True)


def _packed(file: FileResult) -> bytes:
    return file.bytes.to_bytes(8) + bytes.fromhex(file.sha256)


def _size(known: bytes) -> int | None:
    return int.from_bytes(known[:8]) if known else None


def _sum(known: bytes) -> str | None:
    return known[8:].hex() if known else None
