"""Random worlds: what the collections hold, who may read it, what refers to what."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from exports.query.schema import Kind, Property, Role, Schema
from tests.worlds.values import BEGINNINGS, Values
from tests.worlds.world import (
    Collection,
    World,
    integer,
    listed,
    mapped,
    scalar,
    struct,
    text,
    vector,
)

NAMES = ["d", "_e0", "documents", "order", "a b", 'q"t', "É", "=x", "count", "r", "element", "key"]
KEYS = ["id", "document_id", "my key", "value"]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is known of a collection before its schema."""

    id: str
    key: Property
    keys: tuple[Any, ...]

    def refer(self, name: str) -> Property:
        return replace(self.key, name=name, role=Role.REFERENCE, target=self.id)

    def refer_to_many(self, name: str) -> Property:
        many = listed(name, replace(self.key, name="element"))
        return replace(many, role=Role.REFERENCE, target=self.id)


def make(seed: int) -> World:
    """The world of a seed, always the same."""
    chance = random.Random(seed)
    plans = [_plan(chance, number) for number in range(chance.choice([2, 2, 3, 3, 4, 5]))]
    return {each.id: _collection(chance, each, plans) for each in plans}


def _plan(chance: random.Random, number: int) -> _Plan:
    name = chance.choice(KEYS)
    size = chance.choice([0, 1, 4, 10, 20, 30, 40, 40])
    if chance.random() < 0.6:
        key = text(name)
        keys: list[Any] = [f"{chance.choice(BEGINNINGS)}{each}" for each in range(size)]
    else:
        key = integer(name, chance.choice(["BIGINT", "INTEGER"]))
        keys = chance.sample(range(-50, 100), size)
    chance.shuffle(keys)
    return _Plan(f"col_{number}", key, tuple(keys))


def _collection(chance: random.Random, plan: _Plan, plans: Sequence[_Plan]) -> Collection:
    properties = _Properties(chance, plans).make(plan.key)
    known = {each.id: each.keys for each in plans}
    values = Values(chance, known)
    documents = tuple(
        {each.name: key if each.name == plan.key.name else values.of(each) for each in properties}
        for key in plan.keys
    )
    size = len(documents)
    cuts = chance.sample(range(size + 1), min(size, chance.choice([0, 0, 1, 2])))
    return Collection(
        name=f"things {plan.id[-1]}",
        schema=Schema(plan.key.name, properties),
        documents=documents,
        access=_access(chance, properties),
        files=tuple(sorted(cuts)),
        row_group=chance.choice([1, 2, 3, 7]),
    )


def _access(
    chance: random.Random, properties: Sequence[Property]
) -> Literal["public"] | tuple[str, ...] | None:
    paths = [each.name for each in properties if each.name in ("reader", "readers")]
    parts = [each for each in properties if each.kind is Kind.STRUCT]
    paths += [
        f"{part.name}.{each.name}"
        for part in parts
        for each in part.children
        if each.name == "reader"
    ]
    if paths and chance.random() < 0.8:
        return tuple(chance.sample(paths, chance.randint(1, len(paths))))
    return "public" if chance.random() < 0.9 else None


@dataclass(frozen=True, slots=True)
class _Properties:
    """Chooses what the documents of a collection have."""

    chance: random.Random
    plans: Sequence[_Plan]

    def make(self, key: Property) -> tuple[Property, ...]:
        found = [
            *self.some(0.4, self.scalars()),
            *self.some(0.6, [text("reader"), listed("readers", text("element"))]),
            *self.some(0.6, [self.other().refer("owner"), self.other().refer("boss")]),
            *self.some(0.5, [self.other().refer_to_many("friends"), self.part(), self.items()]),
            *self.some(0.4, self.lists()),
            *self.some(0.4, [self.image(), vector("face", 3), vector("voice", 2)]),
        ]
        found = [self.optional(each) for each in self.renamed(found)]
        if key.name != "value" and self.chance.random() < 0.3:
            found.append(key)
            self.chance.shuffle(found)
        else:
            found.insert(0, key)
        lowered = {each.name.lower(): each for each in reversed(found)}
        return tuple(each for each in found if lowered[each.name.lower()] is each)

    def some(self, share: float, found: Sequence[Property]) -> list[Property]:
        return [each for each in found if self.chance.random() < share]

    def other(self) -> _Plan:
        return self.chance.choice(self.plans)

    def scalars(self) -> list[Property]:
        return [
            text("name"),
            integer("n", "INTEGER"),
            integer("big"),
            scalar("real", Kind.FLOAT, "DOUBLE"),
            scalar("single", Kind.FLOAT, "FLOAT"),
            scalar("price", Kind.DECIMAL, "DECIMAL(9,2)"),
            scalar("ok", Kind.BOOLEAN, "BOOLEAN"),
            scalar("day", Kind.DATE, "DATE"),
            scalar("at", Kind.TIMESTAMP, "TIMESTAMP WITH TIME ZONE"),
            scalar("clock", Kind.TIME, "TIME"),
            scalar("raw", Kind.BINARY, "BLOB"),
        ]

    def image(self) -> Property:
        return text("image", role=Role.FILE)

    def lists(self) -> list[Property]:
        inner = struct("element", text("name"), integer("n", "INTEGER"))
        return [
            listed("tags", text("element")),
            listed("marks", scalar("element", Kind.FLOAT, "DOUBLE")),
            listed("grid", listed("element", integer("element", "INTEGER"))),
            listed("cube", listed("element", inner)),
            mapped("extra", integer("value", "INTEGER")),
            mapped("bag", listed("value", text("element"))),
        ]

    def part(self) -> Property:
        """A struct, with at least one field that is not optional."""
        deep = self.renamed(
            [text("name"), *self.some(0.5, [integer("n"), self.other().refer("to")])]
        )
        found = [
            struct("deep", deep[0], *(self.optional(each) for each in deep[1:])),
            *self.some(0.5, self.scalars()[:5]),
            *self.some(0.5, [self.other().refer("boss"), self.other().refer_to_many("team")]),
            *self.some(0.4, [text("reader"), listed("tags", text("element")), vector("face", 2)]),
            *self.some(0.2, [self.image()]),
        ]
        found = [self.optional(each) for each in self.renamed(found)]
        self.chance.shuffle(found)
        return struct("part", integer("n1", "INTEGER"), *found)

    def items(self) -> Property:
        found = [
            *self.some(0.5, [text("kind"), scalar("at", *_AT), listed("notes", text("element"))]),
            *self.some(0.5, [self.other().refer("who"), struct("deep", text("name"))]),
            *self.some(
                0.3, [mapped("extra", text("value")), listed("marks", scalar("element", *_REAL))]
            ),
            *self.some(0.3, [self.image()]),
        ]
        found = [self.optional(each) for each in self.renamed(found)]
        return listed("items", struct("element", integer("n", "INTEGER"), *found))

    def renamed(self, found: list[Property]) -> list[Property]:
        """Some with an awkward name, each another."""
        names = self.chance.sample(NAMES, len(NAMES))
        return [
            replace(each, name=names.pop())
            if names and self.chance.random() < 0.12 and not each.name.startswith("reader")
            else each
            for each in found
        ]

    def optional(self, node: Property) -> Property:
        return replace(node, optional=self.chance.random() < 0.2)


_AT = (Kind.TIMESTAMP, "TIMESTAMP WITH TIME ZONE")
_REAL = (Kind.FLOAT, "DOUBLE")
