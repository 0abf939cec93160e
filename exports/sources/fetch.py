"""Brings a source's remote files here, since the engine reads local ones only."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from exports.sources.errors import NoRoom, SourceError
from exports.sources.remote import ObjectState
from exports.sources.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exports.sources.remote import Remote
    from exports.sources.snapshot import Snapshot
    from exports.sources.source import Source

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def fetched(
    source: Source,
    state: Snapshot,
    remote: Remote | None,
    folder: Path,
    *,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Source]:
    """The source with all of its files on this machine, in the same order.

    A source without remote files is given as it is. Errors of the body tell the files by the names
    that they have where they come from.

    :param state: of the source; each object is read in this state, or not at all.
    :param folder: a new one for them, below one that is there; it goes at the end.
    :param check: called after each chunk, to raise when it is time to stop.
    :raises NoRoom: the folder's disk does not hold them.
    :raises SourceError: an object is missing or was changed, or its server does not answer.
    """
    objects = [each for each in state.files if isinstance(each, ObjectState)]
    if not objects or remote is None:
        yield source
        return
    places = dict(_places(objects, folder))
    try:
        _check_room(objects, folder)
        for each in objects:
            _fetch(each, remote, places[each.path], check)
        near = replace(source, files=tuple(places.get(file, file) for file in source.files))
        # Who finds the files unchanged since they were checked may leave some work out.
        yield replace(near, checked=snapshot(near) if source.checked == state else None)
    except SourceError as error:
        raise _renamed(error, places) from error.__cause__
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _places(objects: list[ObjectState], folder: Path) -> Iterator[tuple[str, str]]:
    """Each has a folder of its own and keeps its name, by which its kind is known."""
    real = os.path.realpath(folder)
    for number, each in enumerate(objects):
        yield each.path, f"{real}/{number}/{each.path.rpartition('/')[2]}"


def _check_room(objects: list[ObjectState], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    needed, free = sum(each.size for each in objects), shutil.disk_usage(folder).free
    if needed > free:
        raise NoRoom(needed, free)


def _fetch(state: ObjectState, remote: Remote, place: str, check: Callable[[], None]) -> None:
    path = Path(place)
    path.parent.mkdir()
    try:
        with path.open("wb") as file:
            for chunk in remote.read(state.path, state.etag):
                file.write(chunk)
                check()
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoRoom(state.size, shutil.disk_usage(path.parent).free) from error


def _renamed(error: SourceError, places: dict[str, str]) -> SourceError:
    text = str(error)
    for path, place in places.items():
        text = text.replace(place, path)
    error.args = (text,)
    return error
