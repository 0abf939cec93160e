"""The vectors of a collection, which go to a file of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from exports.query.columns import shaped
from exports.query.schema import Kind, Property, Role, Schema


def vectors(schema: Schema, *, fixed: bool = False) -> tuple[Property, ...]:
    """The properties with nothing left of them but their vectors, in the order of the schema.

    :param fixed: as lists of a fixed length, for a format that has such.
    """
    return _left(schema.properties, fixed)


def _left(properties: Iterable[Property], fixed: bool) -> tuple[Property, ...]:
    return tuple(left for each in properties if (left := _pruned(each, fixed)) is not None)


def _pruned(node: Property, fixed: bool) -> Property | None:
    if node.role is Role.VECTOR:
        length = f"[{node.length}]" if fixed and node.length else "[]"
        return replace(node, sql=f"{node.element.sql}{length}")
    children = _left(node.children, fixed) if node.kind in (Kind.STRUCT, Kind.LIST) else ()
    return shaped(node, children) if children else None
