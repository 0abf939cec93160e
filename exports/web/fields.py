"""A schema as pages show it: a tree of fields, with what lies behind references."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exports.query.errors import Invalid
from exports.query.schema import Kind, Property, Role, Schema, fields
from exports.query.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exports.models import Collection


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the tree.

    :ivar optional: it comes only when it is asked for. :ivar left_out: it, or what it lies in.
    :ivar target: the name of the collection that a reference points to.
    :ivar length: how many numbers a vector has, or 0.
    :ivar through: the path of the reference that it lies behind, or empty.
    :ivar behind: the fields of the documents that a reference names, where it can be followed.
    """

    path: str
    name: str
    type: str
    role: str
    optional: bool
    left_out: bool
    is_key: bool
    target: str
    length: int
    through: str = ""
    children: tuple[Field, ...] = ()
    behind: tuple[Field, ...] = ()

    @property
    def above(self) -> str:
        """The path of what it lies in."""
        return self.path.rpartition(".")[0]

    @property
    def depth(self) -> int:
        return min(3, self.path.count("."))

    @property
    def is_vector(self) -> bool:
        return self.role == Role.VECTOR

    @property
    def is_reference(self) -> bool:
        return self.role == Role.REFERENCE


@dataclass(frozen=True, slots=True)
class Outline:
    """The tree of a schema. ``keys`` name a row, and come always."""

    keys: tuple[str, ...]
    tree: tuple[Field, ...]

    @classmethod
    def of(cls, schema: Schema, names: Mapping[str, str]) -> Outline:
        """:param names: what the collections are called, by their ids."""
        return cls(schema.keys, _Reader(schema, names).read(schema.properties))

    @property
    def lines(self) -> list[Field]:
        """Every field of the documents themselves, parents before children."""
        return list(_flat(self.tree))

    def all(self) -> Iterator[Field]:
        """Every field, parents before children, and what lies behind references too."""
        return _flat(self.tree, follow=True)


def names_of(collections: Iterable[Collection]) -> dict[str, str]:
    return {each.uid: each.name for each in collections}


def _flat(tree: Iterable[Field], *, follow: bool = False) -> Iterator[Field]:
    for each in tree:
        yield each
        yield from _flat(each.children, follow=follow)
        yield from _flat(each.behind if follow else (), follow=follow)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the properties of a schema; what lies behind its references, one level deep."""

    schema: Schema
    names: Mapping[str, str]
    through: str = ""

    def read(
        self, properties: Iterable[Property], path: str = "", *, left_out: bool = False
    ) -> tuple[Field, ...]:
        return tuple(
            self._field(each, f"{path}.{each.name}" if path else each.name, left_out)
            for each in properties
        )

    def _field(self, node: Property, path: str, left_out: bool) -> Field:
        left_out = left_out or node.optional
        return Field(
            path=path,
            name=node.name,
            type=_type(node),
            role=node.role or "",
            optional=node.optional,
            left_out=left_out,
            is_key=path in self.schema.keys and not self.through,
            target=self.names.get(node.target, ""),
            length=node.length,
            through=self.through,
            children=self.read(fields(node), path, left_out=left_out),
            behind=self._behind(node, path, left_out),
        )

    def _behind(self, node: Property, path: str, left_out: bool) -> tuple[Field, ...]:
        if node.role is not Role.REFERENCE or self.through:
            return ()
        try:
            target = Scope(self.schema).behind(path).schema
        except Invalid:
            return ()
        properties = (each for each in target.properties if each.role is not Role.VECTOR)
        return replace(self, through=path).read(properties, path, left_out=left_out)


def _type(node: Property) -> str:
    """``list of text``, ``struct``, ``integer``."""
    if node.kind is Kind.LIST:
        return f"list of {_type(node.element)}"
    return node.kind.value
