"""From what an operator typed to the real files, none of them outside the allowed folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from exports.sources.errors import (
    KindsMixed,
    KindUnknown,
    LocationMissing,
    LocationOutside,
    LocationRefused,
    SourceEmpty,
    SourceMissing,
)
from exports.sources.remote import SCHEME, is_remote
from exports.sources.source import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exports.sources.remote import Remote

PATTERN = frozenset("*?[")  # DuckDB reads these as patterns, and would open a neighbour
LONGEST = 255  # bytes of a name that a disk takes; that of an object can be longer
COMPRESSED = (".gz", ".zst")  # by these DuckDB knows what to undo
ENDINGS = {
    ".parquet": SourceKind.PARQUET,
    **{
        f"{ending}{compressed}": kind
        for ending, kind in {
            ".jsonl": SourceKind.JSONL,
            ".ndjson": SourceKind.JSONL,
            ".csv": SourceKind.CSV,
        }.items()
        for compressed in ("", *COMPRESSED)
    },
}


def locate(
    locations: Sequence[str], roots: Sequence[Path], remote: Remote | None = None
) -> tuple[SourceKind, tuple[str, ...]]:
    """The kind and the real paths of all files at the locations, in code-point order, each once.

    :param locations: files, or folders, which stand for the files in them (not deeper) whose
        names end as one of ``ENDINGS``. Relative ones begin at the first root;
        those that begin with ``s3://`` are objects.
    :param roots: the folders that the operator allowed.
    :param remote: reads objects; None: there are none to be read.
    :raises SourceAway: it does not answer.
    :raises LocationOutside: a location leads out of the roots, by itself or by a link.
    :raises LocationMissing: there is nothing.
    :raises LocationRefused: the name cannot be used, or it is no ordinary file.
    :raises SourceEmpty: a folder without such files.
    :raises KindUnknown: a file's name does not tell its kind.
    :raises KindsMixed: the files are not all of one kind.
    """
    found = sorted({file for location in locations for file in _files(location, roots, remote)})
    first, kind = found[0], kind_of(found[0])
    for file in found:
        if kind_of(file) is not kind:
            raise KindsMixed(first, kind, file, kind_of(file))
    return kind, tuple(found)


def lies_inside(file: str, roots: Sequence[Path]) -> bool:
    """Whether a file is inside one of the folders, its links and theirs resolved."""
    real = Path(file).resolve()
    return any(real.is_relative_to(root.resolve()) for root in roots)


def kind_of(file: str) -> SourceKind:
    """:raises KindUnknown: its name does not tell."""
    for ending, kind in ENDINGS.items():
        if file.endswith(ending):
            return kind
    raise KindUnknown(file, ENDINGS)


def _files(location: str, roots: Sequence[Path], remote: Remote | None) -> Iterator[str]:
    if is_remote(location):
        yield from _objects(location, remote)
        return
    path = _real(roots[0] / location, location, roots)
    if not path.is_dir():
        yield _checked(path, location)
        return
    try:
        members = sorted(each for each in path.iterdir() if each.name.endswith(tuple(ENDINGS)))
    except OSError:
        raise LocationRefused(location, "it cannot be looked into.") from None
    if not members:
        raise SourceEmpty(location, ENDINGS)
    for member in members:
        yield _checked(_real(member, str(member), roots), str(member))


def _objects(location: str, remote: Remote | None) -> Iterator[str]:
    folder = f"{location.rstrip('/')}/"
    if remote is None or not (remote.allows(location) or remote.allows(folder)):
        raise LocationOutside(location)
    if {"", ".", ".."} & set(folder.removeprefix(SCHEME).split("/")[:-1]):
        raise LocationRefused(location, "its path has empty parts, or '.' or '..'.")
    if not location.endswith("/") and _is_there(location, remote):
        yield _plain(location, location)
        return
    every = remote.members(folder)
    if not every:
        raise LocationMissing(location)
    members = [each for each in every if each.endswith(tuple(ENDINGS))]
    if not members:
        raise SourceEmpty(location, ENDINGS)
    for member in members:
        yield _plain(member, member)


def _is_there(path: str, remote: Remote) -> bool:
    if not remote.allows(path):
        return False
    try:
        remote.state(path)
    except SourceMissing:
        return False
    return True


def _real(path: Path, location: str, roots: Sequence[Path]) -> Path:
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle; a NUL in the name
        raise LocationMissing(location) from None
    if not lies_inside(str(real), roots):
        raise LocationOutside(location)
    if not os.path.exists(real):  # unlike Path.exists, it takes a name that is too long for none
        raise LocationMissing(location)
    return real


def _checked(path: Path, location: str) -> str:
    if not path.is_file():
        raise LocationRefused(location, "it is not an ordinary file.")
    return _plain(str(path), location)


def _plain(name: str, location: str) -> str:
    if PATTERN & set(name):
        raise LocationRefused(location, "rename it without '*', '?' and '['.")
    try:
        length = len(name.rpartition("/")[2].encode())
    except UnicodeEncodeError:
        raise LocationRefused(location, "its name is not UTF-8.") from None
    if length > LONGEST:
        raise LocationRefused(location, f"its name is longer than {LONGEST} bytes.")
    return name
