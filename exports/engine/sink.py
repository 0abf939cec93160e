"""Where the bytes of a file go: counted, hashed, stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from exports.engine.explain import explain_write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exports.engine.encoders.base import Piece
    from exports.engine.progress import Progress


class Writer(Protocol):
    """One file being stored; nothing of it is visible before ``close``, or after ``abort``."""

    def write(self, data: memoryview | bytes) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file that came out; the sum is of the very bytes that were stored."""

    name: str
    content_type: str
    rows: int
    bytes: int
    sha256: str


class Sink:
    """Writes pieces to a writer and keeps count of them."""

    def __init__(self, writer: Writer, progress: Progress) -> None:
        self._writer = writer
        self._progress = progress
        self._sum = hashlib.sha256()
        self._rows = 0
        self._bytes = 0

    def write(self, pieces: Iterable[Piece]) -> None:
        """Store all pieces.

        :raises StorageFull: the disk is full.
        :raises StorageFailed: the store did not take them.
        """
        for piece in pieces:
            self._store(piece.data)
            self._rows += piece.rows
            self._bytes += len(piece.data)
            self._progress.rows_done += piece.rows
            self._progress.bytes_done += len(piece.data)

    def result(self, name: str, content_type: str) -> FileResult:
        """What was stored."""
        return FileResult(name, content_type, self._rows, self._bytes, self._sum.hexdigest())

    def _store(self, data: memoryview | bytes) -> None:
        self._sum.update(data)
        try:
            self._writer.write(data)
        except OSError as error:
            raise explain_write(error) from error
