"""What the plan casts in SQL, because no text format could write it as it lies there."""

from __future__ import annotations

from sqlglot import exp

from exports.query.schema import Kind, Property


def base64(value: exp.Expr, node: Property, depth: int = 0) -> exp.Expr:
    """The value with every binary part of it, at whatever depth, as base64 text."""
    if not _holds_binary(node):
        return value
    if node.kind is Kind.BINARY:
        return exp.Anonymous(this="base64", expressions=[value])
    if node.kind is Kind.LIST:
        each = exp.to_identifier(f"_b{depth}")
        return _transformed(value, each, base64(exp.Column(this=each), node.element, depth + 1))
    if node.kind is Kind.MAP:
        return _map(value, node, depth)
    return exp.case().when(value.copy().is_(exp.null()).not_(), _struct(value, node, depth))


def _holds_binary(node: Property) -> bool:
    return node.kind is Kind.BINARY or any(map(_holds_binary, node.children))


def _struct(value: exp.Expr, node: Property, depth: int) -> exp.Expr:
    return _packed({each.name: base64(_part(value, each), each, depth) for each in node.children})


def _map(value: exp.Expr, node: Property, depth: int) -> exp.Expr:
    key, content = node.children
    each = exp.to_identifier(f"_b{depth}")
    entry = exp.Column(this=each)
    packed = _packed(
        {"key": _part(entry, key), "value": base64(_part(entry, content), content, depth + 1)}
    )
    entries = exp.Anonymous(this="map_entries", expressions=[value])
    made = _transformed(entries, each, packed)
    return exp.Anonymous(this="map_from_entries", expressions=[made])


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
