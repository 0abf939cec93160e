"""The choice of columns: which properties an export holds, in which order, how deep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from exports.query.errors import Invalid
from exports.query.expressions import cast, column
from exports.query.schema import Kind, Property, Role, Schema
from exports.query.scope import Scope

_ARRAY = re.compile(r"\[\d*\]$")


@dataclass(slots=True)
class _Wish:
    """What is wanted of a property: all that is not optional, and the fields that are named."""

    whole: bool = False
    named: dict[str, _Wish] = field(default_factory=dict)

    def add(self, path: str) -> None:
        wish = self
        for name in path.split("."):
            wish = wish.named.setdefault(name, _Wish())
        wish.whole = True


def choose(schema: Schema, paths: Sequence[str]) -> tuple[Property, ...]:
    """The properties that an export holds, the key first, then in the order of ``paths``.

    :param paths: dot paths; those below one struct or list of structs come as one property with
        the fields that are named. A path that is named twice counts once. Without paths: every
        property that is not optional. Vectors never come.
    :raises UnknownProperty: there is no such property; the message names the nearest ones.
    :raises Invalid: a path names a vector. Each error's path is ``paths.<index>``.
    """
    wishes = _Wish()
    wishes.add(schema.key)
    for index, path in enumerate(paths):
        _check(schema, path, f"paths.{index}")
        wishes.add(path)
    if not paths:
        for each in _plain(schema.properties):
            wishes.add(each.name)
    return _chosen(schema.properties, wishes.named)


def selection(schema: Schema, chosen: Sequence[Property], *, alias: str = "d") -> list[exp.Expr]:
    """The columns of a SELECT that yield the chosen properties, each under its name.

    A property that lost some of its fields is cast to the narrower type, which matches fields by
    name and leaves null structs null; all others are the plain column.
    """
    kept = {each.name: each.sql for each in schema.properties}
    return [_selected(each, alias, narrowed=each.sql != kept[each.name]) for each in chosen]


def _selected(node: Property, alias: str, *, narrowed: bool) -> exp.Expr:
    value = column(node.name, alias)
    return exp.alias_(cast(value, node.sql), node.name, quoted=True) if narrowed else value


def _check(schema: Schema, path: str, at: str) -> None:
    steps = Scope(schema).steps(path, at)
    if any(step.role is Role.VECTOR for step in steps):
        message = f"{path!r} is a vector, which is never in the data; ask for include_vectors."
        raise Invalid(at, message)
    if steps[-1].kind.nested and _pruned(steps[-1], _Wish(whole=True)) is None:
        message = f"{path!r} has only optional fields and vectors; name the fields you want."
        raise Invalid(at, message)


def _plain(properties: Iterable[Property]) -> list[Property]:
    """Those that come without being asked for."""
    return [each for each in properties if not each.optional and _pruned(each, _Wish(whole=True))]


def _chosen(properties: tuple[Property, ...], wishes: dict[str, _Wish]) -> tuple[Property, ...]:
    known = {each.name: each for each in properties}
    found = (_pruned(known[name], wish) for name, wish in wishes.items())
    return tuple(each for each in found if each is not None)


def _pruned(node: Property, wish: _Wish) -> Property | None:
    """The property with the fields that are wanted; ``None`` when nothing of it can come."""
    if node.role is Role.VECTOR:
        return None
    if node.kind is Kind.LIST:
        inner = _pruned(node.element, wish)
        return inner and _with(node, (inner,))
    if node.kind is not Kind.STRUCT:
        return node
    wishes = _completed(node, wish) if wish.whole else wish.named
    children = _chosen(node.children, wishes)
    return _with(node, children) if children else None


def _completed(node: Property, wish: _Wish) -> dict[str, _Wish]:
    """The wishes for the fields of a struct that is wanted whole, in the schema's order."""
    plain = {each.name for each in _plain(node.children)}
    wishes = {}
    for each in node.children:
        named = wish.named.get(each.name, _Wish())
        if each.name in plain or each.name in wish.named:
            wishes[each.name] = replace(named, whole=named.whole or each.name in plain)
    return wishes


def _with(node: Property, children: tuple[Property, ...]) -> Property:
    if children == node.children:
        return node
    if node.kind is Kind.LIST:
        found = _ARRAY.search(node.sql)
        return replace(node, children=children, sql=children[0].sql + (found[0] if found else "[]"))
    named = ", ".join(f"{_quoted(each.name)} {each.sql}" for each in children)
    return replace(node, children=children, sql=f"STRUCT({named})")


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")
