"""What a request yields, in plain and slow Python, written from the product's description alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from typing import Any as Value

from exports.query.schema import Kind, Property, Role
from exports.query.tree import All, Any, Element, Node, Nor, Not
from tests.query.evaluator import answer
from tests.worlds.files import origins, with_names
from tests.worlds.shapes import Shape, row_properties, shape, vector_shape

if TYPE_CHECKING:
    from tests.worlds.asked import Asked
    from tests.worlds.world import Collection, Document, World


class NoSuchParent(LookupError):
    """The one document of a prefix is not there, or may not be read."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out; of a random sample, ``rows`` are those among which it chooses.

    :ivar lost: of each row, the paths of its references to nothing, with what they name.
    :ivar files: of each row, the properties that name files which come along, with their origins.
    """

    shape: tuple[Shape, ...]
    rows: list[Document]
    lost: list[list[tuple[str, Value]]]
    files: list[list[tuple[str, str]]]
    vector_shape: tuple[Shape, ...]
    vectors: list[Document]


def evaluate(world: World, asked: Asked) -> Expected:
    """The rows that a request yields.

    :raises NoSuchParent: see there.
    """
    request = asked.request
    reader = Reader(world, request.identities)
    properties = row_properties(world, request)
    rows = list(reader.rows(request.collection, request.prefix))
    rows = [each for each in rows if _holds(asked, reader, properties, each)]
    rows = _sorted(reader, properties, rows, _orders(world, asked))
    if request.sample_size is not None and request.sample_method == "first":
        rows = rows[: request.sample_size]
    columns = shape(world, request)
    vectors = vector_shape(world, request) if request.include_vectors else ()
    shown = [reader.shown(columns, each) for each in rows]
    files = [list(origins(columns, each)) if request.export_files else [] for each in shown]
    if request.export_files:
        shown = [with_names(columns, each) for each in shown]
    return Expected(
        columns,
        shown,
        [list(reader.lost(columns, each)) for each in rows],
        files,
        vectors,
        [reader.shown(vectors, each) for each in rows] if vectors else [],
    )


def _holds(asked: Asked, reader: Reader, properties: Sequence[Property], row: Document) -> bool:
    return asked.where is None or Scope(reader, properties, row).holds(asked.where)


def _orders(world: World, asked: Asked) -> list[str]:
    """The paths to sort by; what names a row breaks ties."""
    request = asked.request
    if not request.order_by:
        return []
    firsts = ["_parent", "_index"] if request.prefix else [world[request.collection].schema.key]
    named = {each.removeprefix("-") for each in request.order_by}
    return [*request.order_by, *(each for each in firsts if each not in named)]


def _sorted(
    reader: Reader, properties: Sequence[Property], rows: list[Document], orders: Sequence[str]
) -> list[Document]:
    for order in reversed(orders):
        path = order.removeprefix("-")

        def single(row: Document, path: str = path) -> Value:
            return next(iter(reader.reached(properties, row, path)), None)

        there = [each for each in rows if single(each) is not None]
        missing = [each for each in rows if single(each) is None]
        rows = [*sorted(there, key=single, reverse=order != path), *missing]
    return rows


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the collections as a principal, who may be nobody in particular."""

    world: World
    identities: Sequence[str] | None = None

    def documents(self, collection: Collection) -> Iterator[Document]:
        """Those that the principal may read, in the order of the source."""
        return (each for each in collection.documents if self.may_read(collection, each))

    def may_read(self, collection: Collection, document: Document) -> bool:
        if self.identities is None or collection.access == "public":
            return True
        properties = collection.schema.properties
        return any(
            holder in self.identities
            for path in collection.access or ()
            for found in self.reached(properties, document, path)
            for holder in (found if isinstance(found, list) else [found])
        )

    def find(self, target: str, key: Value) -> Document | None:
        """The document that a reference names."""
        collection = self.world[target]
        name = collection.schema.key
        return next((each for each in self.documents(collection) if each[name] == key), None)

    def rows(self, collection_id: str, prefix: str) -> Iterator[Document]:
        """The documents, or the elements of a list in them."""
        collection = self.world[collection_id]
        one, slash, path = prefix.rpartition("/")
        documents = list(self.documents(collection))
        name = collection.schema.key
        if slash:
            documents = [each for each in documents if str(each[name]) == one]
            if not documents:
                raise NoSuchParent(one)
        for document in documents:
            if not prefix:
                yield document
                continue
            for index, element in _elements(document, path.split(".")):
                first = {"_parent": document[name], "_index": _number(index)}
                yield first | (element if isinstance(element, dict) else {"value": element})

    def reached(self, properties: Sequence[Property], value: Value, path: str) -> list[Value]:
        """Everything at the end of a path, through references."""
        name, _, rest = path.partition(".")
        node = next(each for each in properties if each.name == name)
        return self._below(node, value[name], rest)

    def _below(self, node: Property, value: Value, path: str) -> list[Value]:
        if not path:
            return [value]
        if value is None:
            return []
        if node.kind is Kind.LIST:
            inner = element_of(node)
            return [found for each in value for found in self._below(inner, each, path)]
        if node.role is Role.REFERENCE:
            document = self.find(node.target, value)
            properties = self.world[node.target].schema.properties
            return [] if document is None else self.reached(properties, document, path)
        return self.reached(node.children, value, path)

    def node(self, properties: Sequence[Property], path: str) -> Property:
        """The property at the end of a path."""
        name, _, rest = path.partition(".")
        node = next(each for each in properties if each.name == name)
        if not rest:
            return node
        while node.kind is Kind.LIST:
            node = element_of(node)
        if node.role is Role.REFERENCE:
            return self.node(self.world[node.target].schema.properties, rest)
        return self.node(node.children, rest)

    def shown(self, shapes: Sequence[Shape], row: Document) -> Document:
        """A row in its shape."""
        return {each.name: self._shown(each, row[each.name]) for each in shapes}

    def _shown(self, wanted: Shape, value: Value) -> Value:
        if value is not None and wanted.target and wanted.items is None:
            value = self.find(wanted.target, value)
        if value is None:
            return None
        if wanted.items:
            return [self._shown(wanted.items, each) for each in value]
        return self.shown(wanted.fields, value) if wanted.fields else value

    def lost(
        self, shapes: Sequence[Shape], row: Document, at: str = ""
    ) -> Iterator[tuple[str, Value]]:
        """The references to nothing in a row as it is shown: their paths, and what they name."""
        for each in shapes:
            yield from self._lost(each, row[each.name], f"{at}{each.name}")

    def _lost(self, wanted: Shape, value: Value, at: str) -> Iterator[tuple[str, Value]]:
        if value is None:
            return
        if wanted.items:
            for each in value:
                yield from self._lost(wanted.items, each, at)
            return
        document = self.find(wanted.target, value) if wanted.target else value
        if document is None:
            yield at, value
        elif wanted.fields:
            yield from self.lost(wanted.fields, document, f"{at}.")


def element_of(node: Property) -> Property:
    """The element of a list; that of a list of references is a reference."""
    inner = replace(node.element, name="value")
    if node.role is Role.REFERENCE:
        return replace(inner, role=node.role, target=node.target)
    return inner


def _elements(value: Value, names: list[str]) -> Iterator[tuple[tuple[int, ...], Value]]:
    """Everything that is no list at the end of a path, with its place in each list on the way."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            for index, element in _elements(each, names):
                yield (number, *index), element
    elif value is not None and names:
        yield from _elements(value[names[0]], names[1:])
    elif value is not None:
        yield (), value


def _number(index: tuple[int, ...]) -> int | list[int]:
    return index[0] if len(index) == 1 else list(index)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the paths of a filter are relative to: a row, or an element of a list in it."""

    reader: Reader
    properties: Sequence[Property]
    value: Value

    def holds(self, node: Node) -> bool:
        match node:
            case All(nodes):
                return all(self.holds(each) for each in nodes)
            case Any(nodes):
                return any(self.holds(each) for each in nodes)
            case Nor(nodes):
                return not any(self.holds(each) for each in nodes)
            case Not(inner):
                return not self.holds(inner)
            case Element(path, inner):
                children = element_of(self.reader.node(self.properties, path)).children
                lists = [each for each in self.reached(path) if each is not None]
                return any(
                    Scope(self.reader, children, element).holds(inner)
                    for found in lists
                    for element in found
                )
            case _:
                return answer(node, self.reached(node.path))

    def reached(self, path: str) -> list[Value]:
        if not path:
            return [self.value]
        if self.value is None:
            return []
        return self.reader.reached(self.properties, self.value, path)
