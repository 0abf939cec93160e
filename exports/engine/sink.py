"""Where the bytes of a file go: counted, hashed, stored."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from exports.engine.explain import explain_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exports.engine.encoders.base import Piece
    from exports.engine.progress import Progress


DATA, VECTORS, FILES, ARCHIVE, ERRORS = "data", "vectors", "files", "archive", "errors"
INDEX = "index"


class Writer(Protocol):
    """One file being stored; nothing of it is visible before ``close``, or after ``abort``."""

    def write(self, data: memoryview | bytes) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file that came out; the sum is of the very bytes that were stored.

    :ivar kind: what it holds: data, vectors, files, an archive, errors, or the index of the data.
    :ivar rows: None where it has none.
    """

    name: str
    kind: str
    content_type: str
    rows: int | None
    bytes: int
    sha256: str


class Counted:
    """A writer that counts and sums what goes through it to another one."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._sum = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        return self._sum.hexdigest()

    def write(self, data: memoryview | bytes) -> None:
        self._sum.update(data)
        self._writer.write(data)
        self.bytes += len(data)

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        self._writer.abort()


class Sink:
    """Writes pieces to a writer and keeps count of them.

    :param counted: its rows are those of the export, whose progress they are.
    """

    def __init__(self, writer: Writer, progress: Progress, *, counted: bool = False) -> None:
        self._writer = Counted(writer)
        self._progress = progress
        self._counted = counted
        self._rows = 0

    def write(self, pieces: Iterable[Piece]) -> None:
        """Store all pieces.

        :raises StorageFull: the disk is full.
        :raises StorageFailed: the store did not take them.
        """
        for piece in pieces:
            try:
                self._writer.write(piece.data)
            except OSError as error:
                raise explain_write(error) from error
            self._rows += piece.rows
            self._progress.rows_done += piece.rows if self._counted else 0
            self._progress.bytes_done += len(piece.data)

    def result(self, name: str, kind: str, content_type: str) -> FileResult:
        """What was stored."""
        rows = None if kind in (FILES, INDEX) else self._rows
        return FileResult(name, kind, content_type, rows, self._writer.bytes, self._writer.sha256)


@contextmanager
def stored(open_file: Callable[[str], Writer], name: str) -> Iterator[Writer]:
    """A file that is being written: closed at the end, aborted when anything went wrong.

    :param open_file: makes its writer, given the name.
    :raises StorageFull: the disk is full.
    :raises StorageFailed: the store did not take it.
    """
    try:
        writer = open_file(name)
    except OSError as error:
        raise explain_write(error) from error
    try:
        yield writer
        writer.close()
    except BaseException as error:
        with suppress(OSError):  # what went wrong first is what counts
            writer.abort()
        if isinstance(error, OSError):
            raise explain_write(error) from error
        raise
