"""The shape of what comes out: which properties, in which order, how deep, which are followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exports.query.schema import Kind, Property, Role
from tests.worlds.world import integer, listed

if TYPE_CHECKING:
    from exports.engine.request import Request
    from tests.worlds.world import World

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One value as it comes out.

    :ivar node: the property in the source.
    :ivar target: the collection whose document stands here instead of its key.
    :ivar whole: all of it comes, not only what is named below it.
    :ivar fields: those of a struct, or of the document that stands here.
    :ivar items: what a list holds.
    """

    node: Property
    target: str = ""
    whole: bool = True
    fields: tuple[Shape, ...] = ()
    items: Shape | None = None

    @property
    def name(self) -> str:
        return self.node.name


def row_properties(world: World, request: Request) -> tuple[Property, ...]:
    """What the paths of a request name: a document's properties, or those of an element."""
    schema = world[request.collection].schema
    if not request.prefix:
        return schema.properties
    element, depth = _unnested(schema.find(request.prefix.rpartition("/")[2]))
    index = integer("_index") if depth == 1 else listed("_index", integer("element"))
    key = next(each for each in schema.properties if each.name == schema.key)
    if element.kind is Kind.STRUCT:
        return (replace(key, name="_parent"), index, *element.children)
    value = replace(element, name="value", optional=False)
    return (replace(key, name="_parent"), index, value)


def _unnested(steps: Sequence[Property]) -> tuple[Property, int]:
    """The element at the bottom of the lists on a path, and how many lists were passed."""
    node, depth = steps[-1], sum(each.kind is Kind.LIST for each in steps[:-1])
    while node.kind is Kind.LIST:
        inner = node.element
        if node.role is Role.REFERENCE:
            inner = replace(inner, role=node.role, target=node.target)
        node, depth = inner, depth + 1
    return node, depth


def first_names(world: World, request: Request) -> Names:
    """Those that always come."""
    return ("_parent", "_index") if request.prefix else (world[request.collection].schema.key,)


def shape(world: World, request: Request) -> tuple[Shape, ...]:
    """The data's properties."""
    properties = row_properties(world, request)
    firsts = first_names(world, request)
    return _Chooser(world, _expanded(request)).chosen(
        properties, wishes(request, properties, firsts), whole=False
    )


def vector_shape(world: World, request: Request) -> tuple[Shape, ...]:
    """The key, and every vector."""
    properties = world[request.collection].schema.properties
    chooser = _Chooser(world, frozenset(), vectors=True)
    return chooser.chosen(properties, vector_wishes(world, request), whole=False)


def vector_wishes(world: World, request: Request) -> list[Names]:
    """The paths of the key and of every vector."""
    schema = world[request.collection].schema
    paths = [schema.key, *(each for each in schema.paths() if _is_vector(schema.find(each)))]
    return [tuple(each.split(".")) for each in paths]


def _is_vector(steps: tuple[Property, ...]) -> bool:
    return steps[-1].role is Role.VECTOR


def _expanded(request: Request) -> frozenset[Names]:
    """The references on the ways of ``expand``; names of structs among them do no harm."""
    ways = [tuple(each.split(".")) for each in request.expand]
    return frozenset(way[:length] for way in ways for length in range(1, len(way) + 1))


def wishes(request: Request, properties: Sequence[Property], firsts: Names) -> list[Names]:
    """The paths that come, in their order."""
    included = [tuple(each.split(".")) for each in request.include]
    if request.paths:
        named = [tuple(each.split(".")) for each in request.paths]
        return [*((each,) for each in firsts), *named, *included]
    found: list[Names] = [(each,) for each in firsts]
    for each in properties:
        found += [] if each.optional else [(each.name,)]
        found += [way for way in included if way[0] == each.name]
    return found


@dataclass(frozen=True, slots=True)
class _Chooser:
    world: World
    expanded: frozenset[Names]
    vectors: bool = False

    def chosen(
        self, properties: Sequence[Property], wished: list[Names], *, whole: bool, at: Names = ()
    ) -> tuple[Shape, ...]:
        known = {each.name: each for each in properties}
        names = list(known) if whole else list(dict.fromkeys(way[0] for way in wished))
        found = []
        for name in names:
            below = [way[1:] for way in wished if way[0] == name]
            plain = whole and not known[name].optional
            if plain or below:
                complete = plain or () in below
                rest = [way for way in below if way]
                found.append(self.one(known[name], rest, whole=complete, at=(*at, name)))
        return tuple(each for each in found if each)

    def one(self, node: Property, wished: list[Names], *, whole: bool, at: Names) -> Shape | None:
        if node.role is Role.VECTOR:
            return Shape(node) if self.vectors else None
        if node.role is Role.REFERENCE and (wished or at in self.expanded):
            return self.followed(node, wished, whole=whole, at=at)
        if node.kind is Kind.LIST:
            items = self.one(replace(node.element, name=""), wished, whole=whole, at=at)
            return items and Shape(node, whole=whole, items=items)
        if node.kind is Kind.STRUCT:
            fields = self.chosen(node.children, wished, whole=whole, at=at)
            return Shape(node, whole=whole, fields=fields) if fields else None
        return Shape(node)

    def followed(self, node: Property, wished: list[Names], *, whole: bool, at: Names) -> Shape:
        properties = _foreign(self.world[node.target].schema.properties)
        fields = self.chosen(properties, wished, whole=whole, at=at)
        document = Shape(node, node.target, whole, fields)
        if node.kind is Kind.LIST:
            return Shape(node, whole=whole, items=document)
        return document


def _foreign(properties: Sequence[Property]) -> tuple[Property, ...]:
    """Those of another collection, whose files do not come along."""
    return tuple(
        replace(
            each,
            role=None if each.role is Role.FILE else each.role,
            children=_foreign(each.children),
        )
        for each in properties
    )


def cells(shapes: Sequence[Shape], wished: Sequence[Names], *, flat: bool) -> dict[Names, Shape]:
    """The columns of CSV: what is wanted whole is one, what is named inside a struct its own.

    :param flat: the fields of structs are columns at every depth.
    """
    found = [_cell(shapes, way) for way in wished]
    columns = {way: shape for each in found if each for way, shape in [each]}
    if not flat:
        return columns
    return {way: leaf for path, shape in columns.items() for way, leaf in _leaves(path, shape)}


def _cell(shapes: Sequence[Shape], way: Names) -> tuple[Names, Shape] | None:
    """Down the way, as far as there are columns."""
    for length, name in enumerate(way, 1):
        found = next((each for each in shapes if each.name == name), None)
        if found is None:
            return None
        if found.whole or found.items:
            return way[:length], found
        shapes = found.fields
    return None


def _leaves(way: Names, found: Shape) -> Iterator[tuple[Names, Shape]]:
    if not found.fields:
        yield way, found
    for each in found.fields:
        yield from _leaves((*way, each.name), each)
