"""Which files the rows of an export name, as SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from exports.engine.filenames import file_name
from exports.query.expressions import (
    ALIAS,
    column,
    each_of,
    field,
    function,
    named,
    struct,
    unnested,
    variable,
)
from exports.query.schema import Kind, Role

if TYPE_CHECKING:
    from exports.query.schema import Property

KEY, FILES = "key", "files"


def files_of(chosen: Sequence[Property]) -> exp.Expr | None:
    """All files that a row names, as a list of ``{property, origin}``.

    None when no chosen property is a file.
    """
    found = [
        _entries(path, origins)
        for each in chosen
        for path, origins in _origins(each, each.name, column(each.name, ALIAS), 0)
    ]
    if len(found) < 2:
        return found[0] if found else None
    return function("flatten", exp.Array(expressions=found))


def listed(rows: exp.Select) -> exp.Select:
    """A row for each file, out of rows with their ``key`` and ``files``."""
    opened = exp.select(
        column(KEY, ALIAS),
        named(unnested(column(FILES, ALIAS)), "file"),
    ).from_(rows.subquery(ALIAS))
    file = column("file", ALIAS)
    origin = field(file.copy(), "origin")
    return exp.select(
        column(KEY, ALIAS),
        named(field(file, "property"), "property"),
        named(origin, "origin"),
        named(file_name(origin.copy()), "name"),
    ).from_(opened.subquery(ALIAS))


def _origins(
    node: Property, path: str, value: exp.Expr, depth: int
) -> Iterator[tuple[str, exp.Expr]]:
    """Each file property below a node, with the list of what it holds in a row."""
    if node.role is Role.FILE:
        yield path, exp.Array(expressions=[value])
    elif node.kind is Kind.STRUCT and not node.followed:
        for child in node.children:
            inner = field(value.copy(), child.name)
            yield from _origins(child, f"{path}.{child.name}", inner, depth)
    elif node.kind is Kind.LIST and not node.followed:
        name = f"_f{depth}"
        for below, origins in _origins(node.element, path, variable(name), depth + 1):
            each = function("list_transform", value.copy(), each_of(name, origins))
            yield below, function("flatten", each)


def _entries(path: str, origins: exp.Expr) -> exp.Expr:
    entry = struct({"property": exp.Literal.string(path), "origin": variable("_o")})
    return function("list_transform", origins, each_of("_o", entry))
