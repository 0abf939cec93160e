"""The elements of a list as rows, instead of the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from exports.query.expressions import ALIAS, column, field, function, named, unnested
from exports.query.reach import INDEX, PARENT, VALUE
from exports.query.schema import Kind
from exports.sources.relation import ROW

if TYPE_CHECKING:
    from exports.query.schema import Property, Schema

ELEMENT = ".element"


def elements(rows: exp.Select, schema: Schema, path: str) -> tuple[exp.Select, tuple[str, ...]]:
    """The elements of the list at a path, and the columns that tell where each stands.

    Null lists, empty ones and null elements give no rows.

    :param rows: the documents, with their places. :param schema: theirs.
    """
    steps = list(schema.find(path))
    node = steps.pop(0)
    value = column(node.name, ALIAS)
    places: tuple[str, ...] = (ROW,)
    parent = column(schema.key, ALIAS)
    while node.kind is Kind.LIST or steps:
        if node.kind is Kind.LIST:
            rows = _opened(rows, value, parent, places)
            places = (*places, _index(len(places)))
            value, parent = column(ELEMENT, ALIAS), column(PARENT, ALIAS)
            node = steps.pop(0) if steps else node.element
        else:
            node = steps.pop(0)
            value = field(value, node.name)
    return _parts(rows, node, places), places


def _opened(
    rows: exp.Select, value: exp.Expr, parent: exp.Expr, places: tuple[str, ...]
) -> exp.Select:
    positions = function("range", exp.Length(this=value.copy()))
    opened = exp.select(
        *(column(each, ALIAS) for each in places),
        named(parent, PARENT),
        named(unnested(value), ELEMENT),
        named(unnested(positions), _index(len(places))),
    ).from_(rows.subquery(ALIAS))
    there = column(ELEMENT, ALIAS).is_(exp.null()).not_()
    return exp.select("*").from_(opened.subquery(ALIAS)).where(there)


def _parts(rows: exp.Select, node: Property, places: tuple[str, ...]) -> exp.Select:
    """The parts of each element under the names by which a request knows them."""
    element = column(ELEMENT, ALIAS)
    parts = [named(element, VALUE)]
    if node.kind is Kind.STRUCT:
        parts = [named(field(element.copy(), each.name), each.name) for each in node.children]
    indices = [column(each, ALIAS) for each in places[1:]]
    index = indices[0] if len(indices) == 1 else exp.Array(expressions=indices)
    return exp.select(
        column(PARENT, ALIAS),
        named(index, INDEX),
        *parts,
        *(column(each, ALIAS) for each in places),
    ).from_(rows.subquery(ALIAS))


def _index(number: int) -> str:
    return f".index{number}"
