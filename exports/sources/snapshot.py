"""Which bytes an export reads: what tells whether a file was changed meanwhile."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from exports.sources.errors import SourceMissing
from exports.sources.remote import ObjectState, is_remote

if TYPE_CHECKING:
    from exports.sources.remote import Remote
    from exports.sources.source import Source


@dataclass(frozen=True, slots=True)
class FileState:
    """A file at one moment; times are in nanoseconds since 1970, the size is in bytes."""

    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of every file of a source; two are equal when nothing was written in between."""

    files: tuple[FileState | ObjectState, ...]

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(file) for file in self.files]

    @classmethod
    def from_json(cls, node: list[dict[str, Any]]) -> Snapshot:
        return cls(tuple(_from_json(file) for file in node))


def snapshot(source: Source, remote: Remote | None = None) -> Snapshot:
    """The state of the source's files now.

    :param remote: reads those that lie on another machine.
    :raises SourceAway: that machine does not answer.
    :raises SourceMissing: a file is gone, or its path now leads through a link. The links were
        resolved when the source was registered, so that a new one may lead anywhere.
    """
    return Snapshot(tuple(_state(file, remote) for file in source.files))


def _from_json(node: dict[str, Any]) -> FileState | ObjectState:
    return ObjectState(**node) if "etag" in node else FileState(**node)


def _state(file: str, remote: Remote | None) -> FileState | ObjectState:
    if is_remote(file):
        if remote is None or not remote.allows(file):
            raise SourceMissing(file)
        return remote.state(file)
    try:
        found = os.lstat(file)
    except OSError:
        raise SourceMissing(file) from None
    if not stat.S_ISREG(found.st_mode) or os.path.realpath(file) != file:
        raise SourceMissing(file)
    return FileState(
        path=file,
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
        ctime_ns=found.st_ctime_ns,
    )
