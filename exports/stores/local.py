"""Results on a local disk: whole files only, each under its own key."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from exports.stores.errors import KeyMissing, KeyTaken, StoreUnavailable
from exports.stores.naming import PART, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import FileIO

CHUNK = 1 << 20  # bytes
FLUSH = 16 << 20  # bytes
_TRIES = 5


class LocalStore:
    """Files below a folder.

    A file is written beside its place, as ``….part``, and moved there when it is whole and on the
    disk. What a crash leaves is a ``.part``; :meth:`list` shows it, so that it can be deleted.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self, key: str) -> LocalWriter:
        """Begin a file; it is there when the writer was closed.

        :raises KeyTaken: there is one already, or one is being written.
        """
        path = self._path(key)
        for _ in range(_TRIES):
            with suppress(FileNotFoundError):  # somebody cleared the empty folder away again
                return self._begin(path, key)
        return self._begin(path, key)

    def _begin(self, path: Path, key: str) -> LocalWriter:
        if path.exists():
            raise KeyTaken(key)
        # A folder is on the disk when the one above it has been synced as well.
        above = [each for each in path.parents if not each.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return LocalWriter(path, [path.parent, *(each.parent for each in above)])
        except FileExistsError:
            raise KeyTaken(key) from None

    def open(self, key: str, start: int = 0, end: int | None = None) -> Chunks:
        """The bytes of a file from ``start`` up to, not including, ``end``, in chunks of 1 MiB.

        The file is opened at once: what is deleted meanwhile is still read to its end.

        :raises KeyMissing: there is none.
        :raises StoreUnavailable: the disk does not give it; here, or while it is read.
        """
        with _explained(key):
            file = self._path(key).open("rb", buffering=0)
        return Chunks(file, key, start, end)

    def replace(self, key: str, data: bytes) -> None:
        """Put a small file in its place at once, over whatever is there.

        :raises OSError: the disk is full, or broken; what was there before is there still.
        """
        write_whole(self._path(key), data)

    def size(self, key: str) -> int:
        """The size of a file in bytes.

        :raises KeyMissing: there is none.
        :raises StoreUnavailable: the disk does not tell.
        """
        with _explained(key):
            return self._path(key).stat().st_size

    def delete(self, key: str) -> None:
        """Remove a file, and the folders that it leaves empty; none is fine too."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self._root or not _removed(folder):
                return

    def list(self, prefix: str = "") -> Iterator[str]:
        """The keys of all files below a prefix, in order; ``.part`` of those never closed."""
        below = self._path(prefix.rstrip("/")) if prefix else self._root
        # Unlike Path.rglob, it passes over a folder that is removed meanwhile.
        files = (Path(folder, name) for folder, _, names in os.walk(below) for name in names)
        yield from sorted(path.relative_to(self._root).as_posix() for path in files)

    def free_bytes(self) -> int:
        """How much more the disk holds."""
        self._root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def link(self, key: str, seconds: int, *, name: str, content_type: str) -> None:
        """None: only we can read the disk."""

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*names_of(key))


class LocalWriter:
    """A file on its way into a :class:`LocalStore`."""

    def __init__(self, path: Path, folders: Sequence[Path]) -> None:
        self._path = path
        self._folders = folders
        self._part = path.with_name(path.name + PART)
        self._waiting = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._file: int | None = os.open(self._part, flags, mode=0o600)

    def write(self, data: memoryview | bytes) -> None:
        """Add bytes at the end.

        :raises OSError: the disk is full, or broken.
        """
        if self._file is None:
            raise ValueError("the writer is closed")
        rest = memoryview(data)
        self._waiting += len(rest)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        if self._waiting >= FLUSH:
            # The disk begins now, so that little is left for the fsync, and the cache stays free.
            os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)
            self._waiting = 0

    def close(self) -> None:
        """Put the file in its place, once it is on the disk.

        :raises OSError: the disk is full, or broken; the file is not there then.
        """
        if self._file is None:
            return
        os.fsync(self._file)
        self._release()
        if self._path.exists():
            raise KeyTaken(str(self._path))
        self._part.rename(self._path)
        for folder in self._folders:
            _sync(folder)

    def abort(self) -> None:
        """Leave nothing behind."""
        self._release()
        self._part.unlink(missing_ok=True)

    def _release(self) -> None:
        if self._file is not None:
            descriptor, self._file = self._file, None
            os.close(descriptor)


class Chunks:
    """The bytes of an open file, chunk by chunk; closed at the end, or by :meth:`close`."""

    def __init__(self, file: FileIO, key: str, start: int, end: int | None) -> None:
        self._file = file
        self._key = key
        self._left = sys.maxsize if end is None else end - start
        file.seek(start)

    def __iter__(self) -> Chunks:
        return self

    def __next__(self) -> bytes:
        with _explained(self._key):
            chunk = self._file.read(min(CHUNK, self._left)) if self._left > 0 else b""
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._left = 0
        self._file.close()


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file of mode 0600: whoever reads it finds all of it, or what was there before.

    It is on the disk when this returns; a crash can leave a ``.part`` beside it.

    :raises OSError: the disk is full, or broken.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(PART, f"{path.name}.", path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync(path.parent)


@contextmanager
def _explained(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise KeyMissing(key) from None
    except OSError as error:
        raise StoreUnavailable(f"{key} cannot be read: {error.strerror}.") from error


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:  # not empty
        return False
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
