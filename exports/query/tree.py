"""The filter as a tree: what every dialect is parsed to, and what is turned into SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from exports.query import areas
from exports.query.areas import Area, Box, Circle, Polygon

VERSION = 1

Scalar = bool | int | Decimal | str
Value = Scalar | tuple[Scalar, ...] | Area


class Operator(StrEnum):
    """What a test asks of the value at its path."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    NIN = "nin"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    REGEX = "regex"
    TEXT = "text"
    WORDS = "words"
    PHRASE = "phrase"
    EXISTS = "exists"
    IS_NULL = "is_null"
    ALL = "all"
    SIZE = "size"
    GEO_RADIUS = "geo_radius"
    GEO_BOUNDING_BOX = "geo_bounding_box"
    GEO_POLYGON = "geo_polygon"


@dataclass(frozen=True, slots=True)
class All:
    """Every one of the nodes is true; without nodes, true."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of the nodes is true; without nodes, false."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Nor:
    """Every one of the nodes is false; without nodes, true."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The node is false."""

    node: Node


@dataclass(frozen=True, slots=True)
class Test:
    """One question about the value at ``path``.

    ``value`` is canonical: numbers are ``int`` where they were written as whole numbers and
    ``Decimal`` otherwise, moments are ISO 8601 text in UTC, UUIDs are lower case, the words of
    ``words`` and ``phrase`` are a tuple of them as ``words.read`` makes it. Inside an
    ``Element``, ``path`` is relative to the element, and empty for the element itself.
    ``case_sensitive`` is true wherever case cannot matter.
    """

    path: str
    operator: Operator
    value: Value
    case_sensitive: bool = True


@dataclass(frozen=True, slots=True)
class Element:
    """Some element of the list at ``path`` satisfies the whole node."""

    path: str
    node: Node


Node = All | Any | Nor | Not | Test | Element

EVERYTHING = All(())

_GROUPS: dict[str, type[All] | type[Any] | type[Nor]] = {"all": All, "any": Any, "nor": Nor}


class UnknownTreeVersion(ValueError):
    """The filter was kept by another version of Waybill, which wrote its tree differently."""


def joined(nodes: tuple[Node, ...]) -> Node:
    """All of the nodes; a single one stands for itself."""
    return nodes[0] if len(nodes) == 1 else All(nodes)


def to_json(node: Node) -> dict[str, object]:
    """The tree as JSON that ``from_json`` reads back to an equal tree.

    Numbers with a fraction are kept as text, since databases and JSON readers round them.
    """
    return {"version": VERSION, "node": _written(node)}


def from_json(kept: dict[str, object]) -> Node:
    """The tree that ``to_json`` wrote.

    :raises UnknownTreeVersion: it was written by another version.
    """
    if kept.get("version") != VERSION:
        raise UnknownTreeVersion(UnknownTreeVersion.__doc__)
    return _read(kept.get("node"))


def paths_of(node: Node) -> tuple[str, ...]:
    """Every property path that the tree begins at, each once, in the order of the tree.

    What it asks of the elements of a list lies below the path of the list, and is left out.
    """
    return tuple(dict.fromkeys(_paths(node)))


def words_of(node: Node) -> Iterator[tuple[str, ...]]:
    """The words of each test that looks for them by their stems."""
    match node:
        case All(nodes) | Any(nodes) | Nor(nodes):
            for each in nodes:
                yield from words_of(each)
        case Not(inner) | Element(node=inner):
            yield from words_of(inner)
        case Test(operator=Operator.WORDS, value=tuple() as words):
            yield tuple(str(each) for each in words)


def _paths(node: Node) -> Iterator[str]:
    match node:
        case All(nodes) | Any(nodes) | Nor(nodes):
            for each in nodes:
                yield from _paths(each)
        case Not(inner):
            yield from _paths(inner)
        case Test(path=path) | Element(path=path):
            yield path


def _written(node: Node) -> dict[str, object]:
    match node:
        case Not(inner):
            return {"not": _written(inner)}
        case Element(path, inner):
            return {"element": path, "node": _written(inner)}
        case Test(path, operator, value, case_sensitive):
            kept = {"test": path, "operator": operator.value, "value": _plain(value)}
            return kept if case_sensitive else {**kept, "case_sensitive": False}
        case All(nodes) | Any(nodes) | Nor(nodes):
            return {type(node).__name__.lower(): [_written(each) for each in nodes]}


def _plain(value: Value) -> object:
    match value:
        case tuple():
            return [_plain(each) for each in value]
        case Circle() | Box() | Polygon():
            return areas.to_json(value)
        case Decimal():
            return {"decimal": str(value)}
        case _:
            return value


def _read(kept: object) -> Node:
    match kept:
        case {"not": inner}:
            return Not(_read(inner))
        case {"element": str(path), "node": inner}:
            return Element(path, _read(inner))
        case {"test": str(path), "operator": str(operator), "value": value, **rest}:
            return Test(path, Operator(operator), _value(value), "case_sensitive" not in rest)
        case dict() if len(kept) == 1:
            name, nodes = next(iter(kept.items()))
            return _GROUPS[name](tuple(_read(each) for each in nodes))
    raise UnknownTreeVersion(UnknownTreeVersion.__doc__)


def _value(kept: object) -> Value:
    match kept:
        case list():
            return tuple(_scalar(each) for each in kept)
        case dict() if "area" in kept:
            return areas.from_json(kept)
        case _:
            return _scalar(kept)


def _scalar(kept: object) -> Scalar:
    match kept:
        case bool() | int() | str():
            return kept
        case {"decimal": str(digits)}:
            return Decimal(digits)
    raise UnknownTreeVersion(UnknownTreeVersion.__doc__)
