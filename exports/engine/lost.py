"""What references to nothing leave behind in the rows, so that they can be counted and named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from exports.query.expressions import ALIAS, Home, column, each_of, field, function, variable

if TYPE_CHECKING:
    from exports.query.follow import Following

Chain = tuple[tuple[str, bool], ...]  # the paths of references, and whether each is a list

LOST = ".lost"


def hidden(following: Following) -> Iterator[str]:
    """The columns in which documents carry what lies behind their references."""
    for path, behind in following.behind.items():
        yield f".{path}"
        if behind.counted:
            yield f"{LOST}.{path}"


def lost(following: Following, *, alias: str = ALIAS) -> Mapping[str, exp.Expr]:
    """For each reference that is written: the keys that name nothing, as text or lists of it."""
    return {
        path: _lost(chain, lambda name: column(name, alias))
        for path, chain in _written("", following, ())
    }


def _written(before: str, following: Following, chain: Chain) -> Iterator[tuple[str, Chain]]:
    """Each reference that is written, and those to go through to it; whether each is a list."""
    for path, behind in following.behind.items():
        if behind.counted:
            here = (*chain, (path, behind.many))
            yield f"{before}{path}", here
            yield from _written(f"{before}{path}.", behind, here)


def _lost(chain: Chain, home: Home) -> exp.Expr:
    (path, many), *rest = chain
    if not rest:
        return home(f"{LOST}.{path}")
    documents = home(f".{path}")
    if not many:
        return _lost(tuple(rest), lambda name: field(documents.copy(), name))
    each = f"_l{len(rest)}"
    inner = _lost(tuple(rest), lambda name: field(variable(each), name))
    return function("list_transform", documents, each_of(each, inner))
