"""Random filters on whatever a world has, through references too."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any as Value

from exports.query.schema import Kind, Property, Role
from exports.query.tree import All, Any, Element, Node, Nor, Not, Operator
from exports.query.tree import Test as Question
from tests.worlds.evaluator import element_of
from tests.worlds.values import (
    BEGINNINGS,
    CLOCKS,
    DAYS,
    GUARDED,
    IDENTITIES,
    INTEGERS,
    LARGE,
    MOMENTS,
    NOBODY,
    PRICES,
    REALS,
    SINGLES,
    WORDS,
)
from tests.worlds.world import World

PATTERNS = ["^a", "b$", "a.b", "[A-Z]", "É|b", "^$", "\\.", "(?:a|z)+", "^[a-z]\\d"]
NUMBERS = [*INTEGERS, 0.1, 0.5, -0.1, 2**53 + 1, 1e300]
COMPARE = [Operator.EQ, Operator.NE, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE]
AMONG = [Operator.IN, Operator.NIN]
THERE = [Operator.EXISTS, Operator.IS_NULL]
TEXTS = [Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH, Operator.REGEX, Operator.TEXT]
DEEPEST = 3  # references


@dataclass(frozen=True, slots=True)
class Way:
    """A path that can be named.

    :ivar lists: whether a list stands on it, before its end.
    :ivar inside: whether it lies in a list of structs, where no reference is followed.
    :ivar followed: the paths of the references that it goes through.
    :ivar optional: whether anything on it is left out unless asked for.
    :ivar leads: whether it is a reference that can be followed.
    """

    path: str
    node: Property
    lists: bool = False
    inside: bool = False
    followed: tuple[str, ...] = ()
    optional: bool = False
    leads: bool = False

    @property
    def is_vector(self) -> bool:
        return self.node.role is Role.VECTOR


def ways(
    world: World,
    properties: Sequence[Property],
    seen: tuple[str, ...],
    start: Way | None = None,
) -> Iterator[Way]:
    """Every path that may be named.

    :param seen: the collections on the way, none of which may be met again.
    """
    start = start or Way("", Property("", Kind.STRUCT, ""))
    for node in properties:
        way = Way(
            f"{start.path}.{node.name}" if start.path else node.name,
            node,
            start.lists,
            start.inside,
            start.followed,
            node.optional or start.optional,
            node.role is Role.REFERENCE
            and node.target not in seen
            and not start.inside
            and len(start.followed) < DEEPEST,
        )
        yield way
        yield from _below(world, way, seen)


def _below(world: World, way: Way, seen: tuple[str, ...]) -> Iterator[Way]:
    node = way.node
    lists = way.lists or node.kind is Kind.LIST
    start = replace(way, lists=lists)
    if way.leads:
        start = replace(start, followed=(*way.followed, way.path), inside=False)
        properties = world[node.target].schema.properties
        yield from ways(world, properties, (*seen, node.target), start)
    elif node.kind is Kind.STRUCT:
        yield from ways(world, node.children, seen, start)
    elif node.kind is Kind.LIST and node.element.kind is Kind.STRUCT:
        yield from ways(world, node.element.children, seen, replace(start, inside=True))


@dataclass(frozen=True, slots=True)
class Filters:
    """Makes filters; case matters only in some of those that are no Query objects."""

    chance: random.Random
    world: World
    query: bool

    def tree(self, known: Sequence[Way], depth: int = 2, *, inside: bool = False) -> Node:
        if depth == 0 or self.chance.random() < 0.35:
            return self.question(known)
        kinds = ["all", "any", "nor", "not"] + ["element"] * (self.query and not inside)
        kind = self.chance.choice(kinds)
        lists = [each for each in known if self.has_elements(each)]
        if kind == "element" and lists:
            return self.element(self.chance.choice(lists))
        if kind == "not":
            return Not(self.tree(known, depth - 1, inside=inside))
        count = self.chance.choice([0, 1, 2, 2, 3])
        nodes = tuple(self.tree(known, depth - 1, inside=inside) for _ in range(count))
        return Any(nodes) if kind == "any" else Nor(nodes) if kind == "nor" else All(nodes)

    def has_elements(self, way: Way) -> bool:
        return way.node.kind is Kind.LIST and way.node.element.kind is not Kind.LIST

    def element(self, way: Way) -> Node:
        element = element_of(way.node)
        inner = [Way("", element)]
        if element.kind is Kind.STRUCT:
            # What lies behind a reference in a list cannot be named.
            start = Way("", element, inside=True)
            inner = list(ways(self.world, element.children, (), start))
        return Element(way.path, self.tree(inner, 1, inside=True))

    def question(self, known: Sequence[Way]) -> Question:
        far = [each for each in known if each.followed]
        way = self.chance.choice(far if far and self.chance.random() < 0.4 else known)
        node = way.node
        operator = self.chance.choice(self.fitting(node))
        cased = self.query or self.chance.random() < 0.5
        if operator in THERE:
            return Question(way.path, operator, self.chance.random() < 0.5)
        if operator is Operator.SIZE:
            return Question(way.path, operator, self.chance.choice([0, 1, 2]))
        if operator is Operator.REGEX:
            cased = self.chance.random() < 0.7
            return Question(way.path, operator, self.chance.choice(PATTERNS), cased)
        values = self.values(_innermost(node))
        if operator in (*AMONG, Operator.ALL):
            some = self.several(values, operator)
            return Question(way.path, operator, some, cased)
        value = self.chance.choice(values)
        if operator in (Operator.EQ, Operator.NE) and self.chance.random() < 0.1:
            value = None
        return Question(way.path, operator, value, cased and operator is not Operator.TEXT)

    def several(self, values: list[Value], operator: Operator) -> Value:
        some = self.chance.sample(values, min(len(values), self.chance.choice([0, 1, 2, 5])))
        if operator in AMONG and some and self.chance.random() < 0.2:
            some += self.many(some[0])
        nulls = [None] if operator in AMONG and self.chance.random() < 0.2 else []
        return (*some, *nulls)

    def many(self, like: Value) -> list[Value]:
        """So many values that the engine looks them up in a table."""
        if isinstance(like, bool) or not isinstance(like, int):
            number = self.chance.randrange(40)
            return [f"{each}{number}" for each in BEGINNINGS] * 6 if like in WORDS else []
        return list(range(-50, 60))

    def fitting(self, node: Property) -> list[Operator]:
        inner = _innermost(node)
        if inner.kind in (Kind.STRUCT, Kind.MAP, Kind.BINARY):
            return [*THERE, Operator.SIZE] if node.kind is Kind.LIST else THERE
        found = [*COMPARE, *AMONG, *THERE]
        if node.kind is Kind.LIST:
            found.append(Operator.SIZE)
            if node.element is inner:
                found.append(Operator.ALL)
                # A Query object has no word for membership but $eq.
                found += [] if self.query else [Operator.CONTAINS]
        if inner.kind is Kind.TEXT:
            skipped = {Operator.CONTAINS} if node.kind is Kind.LIST else set()
            found += [each for each in TEXTS if each not in skipped]
        return found

    def values(self, node: Property) -> list[Value]:
        """What a filter may ask for, some of which documents hold."""
        if node.role is Role.REFERENCE:
            collection = self.world[node.target]
            keys = [each[collection.schema.key] for each in collection.documents]
            return [*keys[:6], NOBODY[node.kind]]
        match node.kind:
            case Kind.TEXT:
                if node.name.startswith("reader"):
                    return IDENTITIES
                return [*WORDS, *GUARDED, *BEGINNINGS[:3]]
            case Kind.INTEGER:
                return [*NUMBERS, *LARGE] if node.sql == "BIGINT" else NUMBERS
            case Kind.FLOAT:
                return [*NUMBERS, *REALS, *SINGLES]
            case Kind.DECIMAL:
                return [*NUMBERS, *(float(each) for each in PRICES)]
            case Kind.BOOLEAN:
                return [True, False]
            case Kind.TIME:
                return CLOCKS
        return [*DAYS, *MOMENTS]


def _innermost(node: Property) -> Property:
    while node.kind is Kind.LIST:
        node = element_of(node)
    return node
