"""Random requests that a world can answer."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from exports.engine.request import (
    Compression,
    CsvOptions,
    Envelope,
    Format,
    Nested,
    Request,
    SampleMethod,
)
from exports.query.schema import Kind, Role
from tests.worlds.asked import Asked
from tests.worlds.evaluator import NoSuchParent, evaluate
from tests.worlds.files import has_files
from tests.worlds.filters import Filters, Way, ways
from tests.worlds.shapes import row_properties, shape
from tests.worlds.values import IDENTITIES, NOBODY
from tests.worlds.world import World

ZONES = ["UTC", "America/New_York", "Asia/Kolkata"]
SCALARS = frozenset(Kind) - {Kind.STRUCT, Kind.LIST, Kind.MAP, Kind.BINARY}


def ask(seed: int, world: World, format_: Format) -> Asked:
    """The request of a seed, the same in every format."""
    chance = random.Random(seed)
    sizes = [1 + len(each.documents) for each in world.values()]
    [collection] = chance.choices(list(world), sizes)
    prefix = _prefix(chance, world, collection) if chance.random() < 0.3 else ""
    start = Request(collection=collection, prefix=prefix)
    properties = row_properties(world, start)
    known = [each for each in ways(world, properties, (collection,)) if not each.is_vector]
    chooser = _Chooser(chance, known)
    paths = chooser.paths(["_parent", "_index"] if prefix else []) if chance.random() < 0.6 else []
    expand = chooser.expand(paths) if chance.random() < 0.6 else []
    include = chooser.include(paths, expand) if chance.random() < 0.5 else []
    expand += chooser.follow(include)
    query = chance.random() < 0.5
    options = _format_options(random.Random(seed), format_)
    filters = Filters(chance, world, query)
    request = Request(
        collection=collection,
        format=format_,
        prefix=prefix,
        paths=tuple(paths),
        expand=tuple(expand),
        include=tuple(include),
        order_by=tuple(chooser.orders() if chance.random() < 0.4 else ()),
        identities=_identities(chance),
        include_vectors=not prefix and _has_vectors(world, collection) and chance.random() < 0.6,
        timezone=chance.choice(ZONES),
        archive=chance.random() < 0.1,
        **_sample(chance),
        compression=Compression.NONE,
        **options,
    )
    if has_files(shape(world, request)) and chance.random() < 0.6:
        request = replace(request, export_files=True, zip_files=chance.random() < 0.3)
    if chance.random() < 0.4:
        return Asked(request)
    return _telling(world, [Asked(request, filters.tree(known), query) for _ in range(4)])


def _telling(world: World, candidates: Sequence[Asked]) -> Asked:
    """The first whose filter tells rows apart, if any does."""
    try:
        everything = len(evaluate(world, replace(candidates[0], where=None)).rows)
        telling = (each for each in candidates if 0 < len(evaluate(world, each).rows) < everything)
        return next(telling, candidates[0])
    except NoSuchParent:
        return candidates[0]


def _prefix(chance: random.Random, world: World, collection: str) -> str:
    found = world[collection]
    lists = [
        each.path
        for each in ways(world, found.schema.properties, (collection,))
        if each.node.kind is Kind.LIST and not each.followed and not each.is_vector
    ]
    if not lists:
        return ""
    path = chance.choice(lists)
    if chance.random() < 0.7:
        return path
    keys = [each[found.schema.key] for each in found.documents]
    [key] = found.schema.find(found.schema.key)
    one = chance.choice(keys) if keys and chance.random() < 0.9 else NOBODY[key.kind]
    return f"{one}/{path}"


def _identities(chance: random.Random) -> tuple[str, ...] | None:
    if chance.random() < 0.5:
        return None
    return tuple(chance.sample(IDENTITIES, chance.choice([0, 1, 1, 1, 2, 2, 3])))


def _has_vectors(world: World, collection: str) -> bool:
    schema = world[collection].schema
    return any(schema.find(each)[-1].role is Role.VECTOR for each in schema.paths())


def _sample(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.7:
        return {}
    method = chance.choice(list(SampleMethod))
    return {
        "sample_size": chance.choice([1, 2, 5, 10, 30]),
        "sample_method": method,
        "sample_seed": chance.choice([0, 7]),
    }


def _format_options(chance: random.Random, format_: Format) -> dict[str, Any]:
    csv = CsvOptions(
        delimiter=chance.choice([",", ",", ";", "\t", "|"]),
        bom=chance.random() < 0.2,
        formula_guard=chance.random() < 0.8,
        null_text=chance.choice(["", "", "NULL", "\\N"]),
        nested=chance.choice([Nested.JSON, Nested.FLATTEN]),
    )
    if format_ is Format.CSV:
        return {"csv": csv}
    if format_ is Format.JSON and chance.random() < 0.3:
        return {"envelope": Envelope({"info": {"year": 2013, "é": None}}, "things")}
    return {}


@dataclass(frozen=True, slots=True)
class _Chooser:
    """Chooses among the paths that can be named, so that they can stand together."""

    chance: random.Random
    known: Sequence[Way]

    def paths(self, firsts: Iterable[str]) -> list[str]:
        chosen: list[Way] = []
        for way in self.chance.sample(self.known, min(len(self.known), self.chance.randint(1, 6))):
            alone = not any(_clash(way, each) or _overlap(way, each) for each in chosen)
            if way.path not in firsts and alone:
                chosen.append(way)
        return [each.path for each in chosen]

    def expand(self, paths: Sequence[str]) -> list[str]:
        """References that come, and references in the documents behind those."""
        chosen: list[str] = []
        references = [each for each in self.known if each.leads]
        for way in self.chance.sample(references, min(len(references), 3)):
            comes = way.path in paths if paths else not way.optional
            if comes:
                chosen.append(way.path)
        return chosen

    def include(self, paths: Sequence[str], expand: Sequence[str]) -> list[str]:
        """Optional properties, in the order of the schema."""
        ways_to = {each.path: each for each in self.known}
        named = [ways_to[each] for each in paths]
        chosen = []
        for way in self.known:
            followed = all(_expanded(each, expand) for each in way.followed)
            named_too = way.path in paths or not way.node.optional
            if named_too or not followed or self.chance.random() > 0.4:
                continue
            around = any(each.path.startswith(f"{way.path}.") for each in named)
            if not around and not any(_clash(way, each) for each in named):
                chosen.append(way.path)
        return chosen

    def follow(self, include: Sequence[str]) -> list[str]:
        """Some of the references that are included."""
        references = {each.path for each in self.known if each.leads}
        return [each for each in include if each in references and self.chance.random() < 0.5]

    def orders(self) -> list[str]:
        single = [each for each in self.known if _orderable(each)]
        chosen = self.chance.sample(single, min(len(single), self.chance.choice([1, 1, 2])))
        return [f"-{each.path}" if self.chance.random() < 0.5 else each.path for each in chosen]


def _clash(one: Way, other: Way) -> bool:
    """Whether a reference's key and what lies behind it would both come."""
    return _crosses(one, other) or _crosses(other, one)


def _overlap(one: Way, other: Way) -> bool:
    """Whether one is a part of the other, so that its place in the order is anybody's guess."""
    return one.path.startswith(f"{other.path}.") or other.path.startswith(f"{one.path}.")


def _crosses(one: Way, other: Way) -> bool:
    return any(
        reference == one.path or reference.startswith(f"{one.path}.")
        for reference in other.followed
    )


def _expanded(path: str, expand: Sequence[str]) -> bool:
    return any(each == path or each.startswith(f"{path}.") for each in expand)


def _orderable(way: Way) -> bool:
    """A single value; 32 bits and elements of lists hold NaN here, which is in no order."""
    odd = way.node.sql == "FLOAT" or (way.node.kind is Kind.FLOAT and way.node.name == "value")
    return not way.lists and way.node.kind in SCALARS and not odd
