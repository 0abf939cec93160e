"""What lies in the folders that the operator allows, to be chosen from; nothing outside of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from exports.domain.errors import NotFound
from exports.domain.requests import is_storable
from exports.domain.sources import is_allowed, remote_sources
from exports.sources.errors import SourceAway
from exports.sources.locate import ENDINGS, PATTERN
from exports.sources.remote import is_remote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.sources.remote import ObjectListed

_MOST = 1_000
_LISTED = 20_000  # names that S3 is asked for, a thousand each time


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder, or a file that can become a collection; the size is in bytes.

    :ivar path: its real path.
    """

    name: str
    path: str
    is_folder: bool
    size: int = 0
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies in one folder. Without a path: the allowed folders themselves.

    :ivar above: the folders that lead to it, from an allowed one on.
    :ivar cut: there are more entries than are told. :ivar problem: why none could be read.
    """

    path: str
    above: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    cut: bool = False
    problem: str = ""

    @property
    def files(self) -> int:
        return sum(not each.is_folder for each in self.entries)


def folder_look(path: str) -> Folder:
    """The folders and files in an allowed folder. What is hidden, or leads outside, is left out.

    :param path: absolute, or ``s3://bucket/prefix/``; empty for the allowed folders themselves.
    :raises NotFound: there is no such folder, or it is not allowed. In S3 any name is a folder,
        though an empty one.
    """
    if not path:
        return Folder("", (), tuple(_roots()))
    if is_remote(path):
        return _look_afar(path)
    real = _allowed(path)
    root = _root_of(real)
    parts = [real, *real.parents]
    above = [each for each in reversed(parts[1:]) if each == root or root in each.parents]
    if any(each.name.startswith(".") for each in parts if root in each.parents):
        raise NotFound("folder")
    found = nsmallest(_MOST + 1, _entries(real), key=_folders_first)
    return Folder(
        str(real),
        tuple(Entry(each.name, str(each), True) for each in above),
        tuple(found[:_MOST]),
        cut=len(found) > _MOST,
    )


def _roots() -> Iterator[Entry]:
    for root in settings.SOURCE_ROOTS:
        if root.is_dir():
            yield Entry(str(root), str(root), True)
    for each in settings.S3_SOURCE_ROOTS:
        yield Entry(each, each, True)


def _look_afar(path: str) -> Folder:
    folder, remote = f"{path.rstrip('/')}/", remote_sources()
    if remote is None or not remote.allows(folder):
        raise NotFound("folder")
    root = max((each for each in settings.S3_SOURCE_ROOTS if folder.startswith(each)), key=len)
    inner = folder.removeprefix(root).split("/")[:-1]
    # Neither are "", "." and "..": they would lead elsewhere.
    if not all(map(_can_be_shown, inner)):
        raise NotFound("folder")
    ways = accumulate(inner[:-1], lambda way, name: f"{way}{name}/", initial=root) if inner else ()
    above = tuple(Entry(_last(each) if each != root else root, each, True) for each in ways)
    try:
        listed = list(islice(remote.look(folder), _LISTED))
    except SourceAway as error:
        return Folder(folder, above, (), problem=str(error))
    found = sorted(filter(None, map(_entry_afar, listed)), key=_folders_first)
    cut = len(found) > _MOST or len(listed) == _LISTED
    return Folder(folder, above, tuple(found[:_MOST]), cut=cut)


def _entry_afar(found: ObjectListed) -> Entry | None:
    name = _last(found.path)
    is_file = name.endswith(tuple(ENDINGS))
    if not _can_be_shown(name) or not (found.is_folder or is_file):
        return None
    return Entry(name, found.path, found.is_folder, found.size, found.changed_at)


def _folders_first(entry: Entry) -> tuple[bool, str]:
    return not entry.is_folder, entry.name


def _last(path: str) -> str:
    """The name at the end of a path, also of a folder."""
    return path.rstrip("/").rpartition("/")[2]


def _can_be_shown(name: str) -> bool:
    """Whether it is not hidden, and can be named by a location."""
    return bool(name) and name[0] != "." and is_storable(name) and not PATTERN & set(name)


def _allowed(path: str) -> Path:
    try:
        real = Path(path).resolve() if is_storable(path) and path.startswith("/") else None
        if real and real.is_dir() and is_allowed(str(real)):
            return real
    except (OSError, RuntimeError, ValueError):
        pass
    raise NotFound("folder")


def _root_of(real: Path) -> Path:
    """The allowed folder that it lies in; the innermost of several."""
    roots = [each.resolve() for each in settings.SOURCE_ROOTS]
    inside = [each for each in roots if real.is_relative_to(each)]
    return max(inside, key=lambda each: len(each.parts))


def _entries(folder: Path) -> Iterator[Entry]:
    try:
        found = list(os.scandir(folder))
    except OSError:
        return
    for each in found:
        if _can_be_shown(each.name) and (entry := _entry(Path(each.path), each.name)):
            yield entry


def _entry(path: Path, name: str) -> Entry | None:
    try:
        real = path.resolve()
        about = real.stat()
    except (OSError, RuntimeError):  # gone meanwhile; links in a circle
        return None
    if not is_allowed(str(real)):
        return None
    if real.is_dir():
        return Entry(name, str(real), True)
    if not real.is_file() or not real.name.endswith(tuple(ENDINGS)):
        return None
    changed = datetime.fromtimestamp(about.st_mtime, UTC)
    return Entry(name, str(real), False, about.st_size, changed)
