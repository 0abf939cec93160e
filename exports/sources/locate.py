"""From what an operator typed to the real files, none of them outside the allowed folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from exports.sources.errors import LocationMissing, LocationOutside, LocationRefused, SourceEmpty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATTERN = frozenset("*?[")  # DuckDB reads these as patterns, and would open a neighbour


def locate(locations: Sequence[str], roots: Sequence[Path]) -> tuple[str, ...]:
    """The real paths of all files at the locations, in code-point order, each of them once.

    :param locations: files, or folders, which stand for their ``*.parquet`` files (not deeper).
        Relative ones begin at the first root.
    :param roots: the folders that the operator allowed.
    :raises LocationOutside: a location leads out of the roots, by itself or by a link.
    :raises LocationMissing: there is nothing.
    :raises LocationRefused: the name cannot be used, or it is no ordinary file.
    :raises SourceEmpty: a folder without Parquet files.
    """
    found = {file for location in locations for file in _files(location, roots)}
    return tuple(sorted(found))


def lies_inside(file: str, roots: Sequence[Path]) -> bool:
    """Whether a file is inside one of the folders, its links and theirs resolved."""
    real = Path(file).resolve()
    return any(real.is_relative_to(root.resolve()) for root in roots)


def _files(location: str, roots: Sequence[Path]) -> Iterator[str]:
    path = _real(roots[0] / location, location, roots)
    if not path.is_dir():
        yield _checked(path, location)
        return
    members = sorted(path.glob("*.parquet"))
    if not members:
        raise SourceEmpty(location)
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
