"""What the plan changes in SQL: parts of values, at whatever depth they lie."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from exports.query.expressions import each_of, exists, field, function, struct, variable
from exports.query.schema import Kind, Property

Wanted = Callable[[Property], bool]
Change = Callable[[exp.Expr], exp.Expr]


def base64(value: exp.Expr, node: Property) -> exp.Expr:
    """The value with every binary part of it as base64 text, which text formats can hold."""
    return changed(
        value,
        node,
        lambda each: each.kind is Kind.BINARY,
        lambda each: exp.Anonymous(this="base64", expressions=[each]),
    )


def changed(
    value: exp.Expr, node: Property, wanted: Wanted, change: Change, depth: int = 0
) -> exp.Expr:
    """The value with ``change`` made to every part of it that is wanted."""
    if not _holds(node, wanted):
        return value

    def inner(part: exp.Expr, child: Property, deeper: int = 0) -> exp.Expr:
        return changed(part, child, wanted, change, depth + deeper)

    if wanted(node):
        return change(value)
    name = f"_b{depth}"
    entry = variable(name)
    if node.kind is Kind.LIST:
        return _transformed(value, name, inner(entry, node.element, 1))
    if node.kind is Kind.MAP:
        key, content = node.children
        key_value = {
            "key": field(entry, key.name),
            "value": inner(field(entry.copy(), content.name), content, 1),
        }
        made = _transformed(function("map_entries", value), name, struct(key_value))
        return function("map_from_entries", made)
    parts = {each.name: inner(field(value.copy(), each.name), each) for each in node.children}
    return exp.case().when(exists(value.copy()), struct(parts))


def _holds(node: Property, wanted: Wanted) -> bool:
    return wanted(node) or any(_holds(child, wanted) for child in node.children)


def _transformed(value: exp.Expr, name: str, made: exp.Expr) -> exp.Expr:
    return function("list_transform", value, each_of(name, made))
