"""The schema of a collection: a tree of typed properties."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from exports.query.errors import UnknownProperty, instead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.query.reach import Links


class Kind(StrEnum):
    """What a value is, whatever its width."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    TEXT = "text"
    UUID = "uuid"
    ENUM = "enum"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    BINARY = "binary"
    STRUCT = "struct"
    LIST = "list"
    MAP = "map"

    @property
    def nested(self) -> bool:
        return self in (Kind.STRUCT, Kind.LIST, Kind.MAP)


class Role(StrEnum):
    """What a property means beyond its type; a person says so."""

    VECTOR = "vector"
    FILE = "file"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Property:
    """One node of the schema.

    ``children`` are a struct's fields, a list's one element (named ``element``), or a map's
    ``key`` and ``value``. ``sql`` is DuckDB's name of the type. ``target`` is the id of the
    collection that a reference points to. ``length`` is how many numbers each vector has; 0 when
    there is none to tell, or the property is no vector.
    """

    name: str
    kind: Kind
    sql: str
    children: tuple[Property, ...] = ()
    optional: bool = False
    role: Role | None = None
    target: str = ""
    length: int = 0

    @property
    def element(self) -> Property:
        """The element of a list."""
        return self.children[0]

    @property
    def followed(self) -> bool:
        """Whether it is a reference that was replaced by the documents that it names."""
        inner = self.element if self.kind is Kind.LIST else self
        return self.role is Role.REFERENCE and inner.kind is Kind.STRUCT

    def to_json(self) -> dict[str, Any]:
        node: dict[str, Any] = {"name": self.name, "type": self.kind.value, "sql": self.sql}
        if self.children:
            node["children"] = [child.to_json() for child in self.children]
        if self.optional:
            node["optional"] = True
        if self.role:
            node["role"] = self.role.value
        if self.target:
            node["target"] = self.target
        if self.length:
            node["length"] = self.length
        return node

    @classmethod
    def from_json(cls, node: dict[str, Any]) -> Property:
        return cls(
            name=node["name"],
            kind=Kind(node["type"]),
            sql=node["sql"],
            children=tuple(cls.from_json(child) for child in node.get("children", ())),
            optional=node.get("optional", False),
            role=Role(node["role"]) if "role" in node else None,
            target=node.get("target", ""),
            length=node.get("length", 0),
        )


@dataclass(frozen=True, slots=True)
class Schema:
    """The properties of a collection's documents, and which of them is the key.

    :ivar index: with the key, what names an element, when the rows are those of a list.
    :ivar links: where references lead; None where none can be followed.
    """

    key: str
    properties: tuple[Property, ...]
    index: str = ""
    links: Links | None = field(default=None, compare=False, repr=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """The properties that together name a row."""
        return (self.key, self.index) if self.index else (self.key,)

    @property
    def version(self) -> str:
        """A hash of the tree: a refresh that finds the same tree keeps the version."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "properties": [each.to_json() for each in self.properties]}

    @classmethod
    def from_json(cls, node: dict[str, Any]) -> Schema:
        return cls(node["key"], tuple(Property.from_json(each) for each in node["properties"]))

    def find(self, path: str) -> tuple[Property, ...]:
        """The properties that a dot path goes through, the list elements on its way included.

        ``fleet.tailnum`` gives the list ``fleet``, its ``element`` (a struct) and ``tailnum``.
        A path that ends on a list gives the list as the last step.

        :raises UnknownProperty: no such property; the message names the nearest ones.
        """
        steps: list[Property] = []
        known = self.properties
        for name in path.split("."):
            found = next((each for each in known if each.name == name), None)
            if found is None:
                raise UnknownProperty("", self._unknown(path))
            if steps and steps[-1].kind is Kind.LIST:
                steps.append(steps[-1].element)
            steps.append(found)
            known = fields(found)
        return tuple(steps)

    def paths(self) -> Iterator[str]:
        """Every dot path that can be named, parents before children."""
        yield from _paths("", self.properties)

    def mark(self, path: str, **changes: Any) -> Schema:
        """The same schema with other marks on a property: optional, role, target, length."""
        self.find(path)
        return replace(self, properties=_marked(self.properties, path.split("."), changes))

    def _unknown(self, path: str) -> str:
        return f"There is no property {path!r}.{instead(path, self.paths())}"


def fields(node: Property) -> tuple[Property, ...]:
    """The fields that a dot path may name below a node: a struct's, or a list of structs'."""
    if node.kind is Kind.LIST and node.element.kind is Kind.STRUCT:
        return node.element.children
    return node.children if node.kind is Kind.STRUCT else ()


def _paths(prefix: str, properties: tuple[Property, ...]) -> Iterator[str]:
    for each in properties:
        yield f"{prefix}{each.name}"
        yield from _paths(f"{prefix}{each.name}.", fields(each))


def _marked(
    properties: tuple[Property, ...], names: list[str], changes: dict[str, Any]
) -> tuple[Property, ...]:
    return tuple(
        _marked_one(each, names[1:], changes) if each.name == names[0] else each
        for each in properties
    )


def _marked_one(node: Property, rest: list[str], changes: dict[str, Any]) -> Property:
    if not rest:
        return replace(node, **changes)
    if node.kind is Kind.LIST:
        inner = replace(node.element, children=_marked(node.element.children, rest, changes))
        return replace(node, children=(inner,))
    return replace(node, children=_marked(node.children, rest, changes))
