"""Nested properties of a text file: how they are read first, checked, and given their types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.query.schema import Kind, Property
from exports.sources.leaves import Leaf
from exports.sources.source import SourceKind
from exports.sources.sql import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Place:
    """A scalar's place below a column: the fields on the way, ``None`` for a list's elements."""

    steps: tuple[str | None, ...]
    sql: str

    @property
    def path(self) -> str:
        return ".".join(step for step in self.steps if step is not None)


def shape(node: Property, kind: SourceKind) -> str:
    """The type to read a column as at first: its structs and lists, with scalars as they stand."""
    if node.kind is Kind.STRUCT:
        fields = ", ".join(f"{quoted(each.name)} {shape(each, kind)}" for each in node.children)
        return f"STRUCT({fields})"
    if node.kind is Kind.LIST:
        return f"{shape(node.element, kind)}[]"
    return "JSON" if kind is SourceKind.JSONL else "VARCHAR"


def places(node: Property, before: tuple[str | None, ...] = ()) -> Iterator[Place]:
    """The places of all scalars in a column."""
    steps = (*before, node.name)
    if node.kind is Kind.STRUCT:
        for each in node.children:
            yield from places(each, steps)
    elif node.kind is Kind.LIST:
        for place in places(node.element, steps):
            yield Place((*steps, None, *place.steps[len(steps) + 1 :]), place.sql)
    else:
        yield Place(steps, node.sql)


def wrong(place: Place, kind: SourceKind, sql: str = "") -> str:
    """The condition that some scalar at the place is not of its type, or of another one."""
    found = _wrong(quoted(str(place.steps[0])), place.steps[1:], kind, sql or place.sql)
    return f"coalesce({found}, false)"


def value(node: Property, kind: SourceKind, raw: str = "", depth: int = 0) -> str:
    """The column with its types, where nothing in it is wrong."""
    raw = raw or quoted(node.name)
    if node.kind is Kind.STRUCT:
        fields = ", ".join(
            f"{literal(each.name)}: {value(each, kind, _field(raw, each.name), depth)}"
            for each in node.children
        )
        return f"CASE WHEN {raw} IS NOT NULL THEN {{{fields}}} END"
    if node.kind is Kind.LIST:
        name = f"e{depth}"
        return f"list_transform({raw}, lambda {name}: {value(node.element, kind, name, depth + 1)})"
    return Leaf(raw, kind).value(node.sql)


def _wrong(
    raw: str, steps: tuple[str | None, ...], kind: SourceKind, sql: str, depth: int = 0
) -> str:
    if not steps:
        return Leaf(raw, kind).wrong(sql)
    step, rest = steps[0], steps[1:]
    if step is not None:
        return _wrong(_field(raw, step), rest, kind, sql, depth)
    name = f"e{depth}"
    inner = _wrong(name, rest, kind, sql, depth + 1)
    return f"list_bool_or(list_transform({raw}, lambda {name}: {inner}))"


def _field(raw: str, name: str) -> str:
    return f"struct_extract({raw}, {literal(name)})"
