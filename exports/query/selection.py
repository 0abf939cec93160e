"""The chosen columns as SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from exports.query.expressions import (
    ALIAS,
    Home,
    cast,
    column,
    each_of,
    exists,
    field,
    function,
    struct,
    variable,
)
from exports.query.follow import document_of, holds_followed
from exports.query.schema import Kind, Property, Schema
from exports.query.scope import FOLLOWED


def selection(schema: Schema, chosen: Sequence[Property], *, alias: str = ALIAS) -> list[exp.Expr]:
    """The values of the chosen properties, in their order.

    A property that lost some of its fields is cast to the narrower type, which matches fields by
    name and leaves null structs null. What is behind a reference is read from the column that
    holds its documents. All others are the plain column.
    """
    types = {each.name: each.sql for each in schema.properties}

    def home(name: str) -> exp.Expr:
        return column(name, alias)

    return [
        column(each.name, alias)
        if each.sql == types[each.name]
        else _value(each, home, each.name, None)
        for each in chosen
    ]


def _value(
    node: Property, home: Home, path: str, value: exp.Expr | None, depth: int = 0
) -> exp.Expr:
    """``value`` is what holds the property when it lies in a struct of the document."""
    if node.followed:
        return _documents(node, home(f"{FOLLOWED}{path}"), depth)
    here = home(path) if value is None else value
    if not holds_followed(node):
        return cast(here, node.sql)
    fields = {
        each.name: _value(each, home, f"{path}.{each.name}", field(here.copy(), each.name), depth)
        for each in node.children
    }
    return _packed(fields, here)


def _documents(node: Property, value: exp.Expr, depth: int) -> exp.Expr:
    document = document_of(node)
    if not any(holds_followed(each) for each in document.children):
        return cast(value, node.sql)
    if node.kind is not Kind.LIST:
        return _document(document, value, depth)
    name = f"_d{depth}"
    return function(
        "list_transform", value, each_of(name, _document(document, variable(name), depth + 1))
    )


def _document(document: Property, value: exp.Expr, depth: int) -> exp.Expr:
    def home(name: str) -> exp.Expr:
        return field(value.copy(), name)

    fields = {each.name: _value(each, home, each.name, None, depth) for each in document.children}
    return _packed(fields, value)


def _packed(fields: dict[str, exp.Expr], around: exp.Expr) -> exp.Expr:
    """A struct of the fields; null where ``around`` is."""
    return exp.case().when(exists(around.copy()), struct(fields))
