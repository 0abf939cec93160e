"""Results on a local disk: whole files only, each under its own key."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from exports.stores.errors import KeyInvalid, KeyMissing, KeyTaken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PART = ".part"
CHUNK = 1 << 20  # bytes
NAME = re.compile(r"[^/\0]{1,200}")


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
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise KeyTaken(key)
        return LocalWriter(path, key)

    def open(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes of a file from ``start`` up to, not including, ``end``, in chunks of 1 MiB.

        The file is opened at once: what is deleted meanwhile is still read to its end.

        :raises KeyMissing: there is none.
        """
        try:
            file = self._path(key).open("rb", buffering=0)
        except FileNotFoundError:
            raise KeyMissing(key) from None
        return _chunks(file.fileno(), file, start, end)

    def size(self, key: str) -> int:
        """The size of a file in bytes.

        :raises KeyMissing: there is none.
        """
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise KeyMissing(key) from None

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
        files = (path for path in below.rglob("*") if path.is_file())
        yield from sorted(path.relative_to(self._root).as_posix() for path in files)

    def free_bytes(self) -> int:
        """How much more the disk holds."""
        self._root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def _path(self, key: str) -> Path:
        names = key.split("/")
        if not all(NAME.fullmatch(name) and name not in (".", "..") for name in names):
            raise KeyInvalid(key)
        return self._root.joinpath(*names)


class LocalWriter:
    """A file on its way into a :class:`LocalStore`."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._part = path.with_name(path.name + PART)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            self._file: int | None = os.open(self._part, flags, mode=0o600)
        except FileExistsError:
            raise KeyTaken(key) from None

    def write(self, data: memoryview | bytes) -> None:
        """Add bytes at the end.

        :raises OSError: the disk is full, or broken.
        """
        assert self._file is not None, "the writer is closed"  # noqa: S101
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def close(self) -> None:
        """Put the file in its place, once it is on the disk.

        :raises OSError: the disk is full, or broken; the file is not there then.
        """
        if self._file is None:
            return
        os.fsync(self._file)
        self._release()
        os.link(self._part, self._path)  # fails, where a rename would overwrite
        self._part.unlink()
        _sync(self._path.parent)

    def abort(self) -> None:
        """Leave nothing behind."""
        self._release()
        self._part.unlink(missing_ok=True)

    def _release(self) -> None:
        if self._file is not None:
            descriptor, self._file = self._file, None
            os.close(descriptor)
