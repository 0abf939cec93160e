"""The folder in which the files of a collection lie, and out of which nothing can lead."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from errno import EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, ENXIO, EPERM
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Protocol

from exports.engine.errors import SourceChanged, SourceInvalid, SourceUnavailable
from exports.sources.errors import SourceAway, SourceMissing, SourceMoved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.sources.remote import Remote

# A link that was put in the place of the file meanwhile is not followed, a pipe not waited for.
FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
ABSENT = {EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, ENXIO, EPERM}


class FileMissing(Exception):
    """There is no such file, or none that may be read: the two are not told apart."""


class Stream(Protocol):
    """The bytes of one file, from its beginning."""

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class FileRoot(Protocol):
    """Where the files that documents name are found."""

    def open(self, origin: str) -> Stream:
        """Begin to read a file.

        :param origin: the path as the document has it, relative to the root.
        :raises FileMissing: there is none.
        :raises SourceInvalid: it could not be opened for another reason.
        :raises SourceUnavailable: the machine on which it lies does not answer.
        :raises SourceChanged: it was changed just now.
        """
        ...


class LocalRoot:
    """A folder on a local disk.

    Links are followed as long as they stay inside. What leads out, absolute paths, ``..`` and
    whatever is no regular file count as missing.

    :raises SourceInvalid: the folder itself is not there.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._folder = Path(os.path.realpath(folder, strict=True))
        except OSError as error:
            raise SourceInvalid from error

    def open(self, origin: str) -> Stream:
        try:
            return _regular(self._inside(origin))
        except OSError as error:
            if error.errno in ABSENT:
                raise FileMissing(origin) from error
            raise SourceInvalid from error

    def _inside(self, origin: str) -> Path:
        if origin.startswith("/") or "\0" in origin or ".." in origin.split("/"):
            raise FileMissing(origin)
        real = Path(os.path.realpath(self._folder / origin, strict=True))
        if not real.is_relative_to(self._folder):
            raise FileMissing(origin)
        return real


class RemoteRoot:
    """What lies below a path that ends in ``/`` on another machine.

    Absolute paths and ``..`` count as missing, as they do on a disk.

    :raises SourceInvalid: the operator does not allow it.
    """

    def __init__(self, remote: Remote, folder: str) -> None:
        if not remote.allows(folder):
            raise SourceInvalid
        self._remote = remote
        self._folder = folder

    def open(self, origin: str) -> Stream:
        if not origin or origin.startswith("/") or origin.endswith("/") or "\0" in origin:
            raise FileMissing(origin)
        if ".." in origin.split("/") or not _encodes(origin):
            raise FileMissing(origin)
        try:
            return RemoteStream(self._remote.read(self._folder + normpath(origin)))
        except SourceMissing as error:
            raise FileMissing(origin) from error
        except SourceAway as error:
            raise SourceUnavailable from error
        except SourceMoved as error:
            raise SourceChanged from error


class RemoteStream:
    """The bytes of one object; it is asked for at once, to tell whether it is there."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(next(chunks, b""))

    def read(self, size: int, /) -> bytes:
        try:
            self._rest = self._rest or memoryview(next(self._chunks, b""))
        except SourceAway as error:
            raise SourceUnavailable from error
        except (SourceMissing, SourceMoved) as error:
            raise SourceChanged from error
        taken, self._rest = self._rest[:size], self._rest[size:]
        return bytes(taken)

    def close(self) -> None:
        self._rest, self._chunks = memoryview(b""), iter(())


def _encodes(origin: str) -> bool:
    with suppress(UnicodeEncodeError):
        return bool(origin.encode())
    return False


def _regular(path: Path) -> Stream:
    descriptor = os.open(path, FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileMissing(path)
    return os.fdopen(descriptor, "rb", buffering=0)
