"""What the plan changes in SQL: parts of values, at whatever depth they lie."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

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
    each = exp.to_identifier(f"_b{depth}")
    entry = exp.Column(this=each)
    if node.kind is Kind.LIST:
        return _transformed(value, each, inner(entry, node.element, 1))
    if node.kind is Kind.MAP:
        key, content = node.children
        parts = {"key": _part(entry, key), "value": inner(_part(entry, content), content, 1)}
        entries = exp.Anonymous(this="map_entries", expressions=[value])
        made = _transformed(entries, each, _packed(parts))
        return exp.Anonymous(this="map_from_entries", expressions=[made])
    struct = _packed({child.name: inner(_part(value, child), child) for child in node.children})
    return exp.case().when(value.copy().is_(exp.null()).not_(), struct)


def _holds(node: Property, wanted: Wanted) -> bool:
    return wanted(node) or any(_holds(child, wanted) for child in node.children)


def _transformed(value: exp.Expr, each: exp.Identifier, made: exp.Expr) -> exp.Expr:
    return exp.func("list_transform", value, exp.Lambda(this=made, expressions=[each.copy()]))


def _part(value: exp.Expr, node: Property) -> exp.Expr:
    name = exp.Literal.string(node.name)
    return exp.Anonymous(this="struct_extract", expressions=[value.copy(), name])


def _packed(fields: dict[str, exp.Expr]) -> exp.Expr:
    pairs = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=value)
        for name, value in fields.items()
    ]
    return exp.Anonymous(this="struct_pack", expressions=pairs)
