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
)
from exports.sources.source import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATTERN = frozenset("*?[")  # DuckDB reads these as patterns, and would open a neighbour
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


def locate(locations: Sequence[str], roots: Sequence[Path]) -> tuple[SourceKind, tuple[str, ...]]:
    """The kind and the real paths of all files at the locations, in code-point order, each once.

    :param locations: files, or folders, which stand for the files in them (not deeper) whose
        names end as one of ``ENDINGS``. Relative ones begin at the first root.
    :param roots: the folders that the operator allowed.
    :raises LocationOutside: a location leads out of the roots, by itself or by a link.
    :raises LocationMissing: there is nothing.
    :raises LocationRefused: the name cannot be used, or it is no ordinary file.
    :raises SourceEmpty: a folder without such files.
    :raises KindUnknown: a file's name does not tell its kind.
    :raises KindsMixed: the files are not all of one kind.
    """
    found = sorted({file for location in locations for file in _files(location, roots)})
    first, kind = found[0], _kind(found[0])
    for file in found:
        if _kind(file) is not kind:
            raise KindsMixed(first, kind, file, _kind(file))
    return kind, tuple(found)


def lies_inside(file: str, roots: Sequence[Path]) -> bool:
    """Whether a file is inside one of the folders, its links and theirs resolved."""
    real = Path(file).resolve()
    return any(real.is_relative_to(root.resolve()) for root in roots)


def _kind(file: str) -> SourceKind:
    for ending, kind in ENDINGS.items():
        if file.endswith(ending):
            return kind
    raise KindUnknown(file, ENDINGS)


def _files(location: str, roots: Sequence[Path]) -> Iterator[str]:
    path = _real(roots[0] / location, location, roots)
    if not path.is_dir():
        yield _checked(path, location)
        return
    members = sorted(each for each in path.iterdir() if each.name.endswith(tuple(ENDINGS)))
    if not members:
        raise SourceEmpty(location, ENDINGS)
    for member in members:
        yield _checked(_real(member, str(member), roots), str(member))


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
    name = str(path)
    if PATTERN & set(name):
        raise LocationRefused(location, "rename it without '*', '?' and '['.")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise LocationRefused(location, "its name is not UTF-8.") from None
    return name
