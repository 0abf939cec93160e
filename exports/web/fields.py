"""A collection's schema as pages show it: a tree of fields, and examples of filters on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exports.query.schema import Kind, Property, Role, Schema, fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exports.models import Collection

_VALUES: dict[Kind, Any] = {
    Kind.INTEGER: 60,
    Kind.FLOAT: 0.5,
    Kind.DECIMAL: 100,
    Kind.DATE: "2013-07-04",
    Kind.TIMESTAMP: "2013-07-04T10:30:00Z",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the tree. ``target`` is the name of the collection a reference points to."""

    path: str
    name: str
    type: str
    role: str
    optional: bool
    is_key: bool
    target: str
    children: tuple[Field, ...]

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


@dataclass(frozen=True, slots=True)
class Outline:
    """What pages need of a collection's schema."""

    key: str
    tree: tuple[Field, ...]
    sortable: list[str]
    examples: list[tuple[str, str]]

    @classmethod
    def of(cls, collection: Collection, targets: dict[str, str]) -> Outline:
        """:param targets: the names of collections by their ids."""
        schema = collection.schema
        tree = tuple(_field("", each, schema, targets) for each in schema.properties)
        return cls(schema.key, tree, sortable(schema), examples(schema))

    @property
    def lines(self) -> list[Field]:
        """Every field, parents before children."""
        return list(flat(self.tree))

    @property
    def count(self) -> str:
        count = len(self.lines)
        return f"{count} {'field' if count == 1 else 'fields'}"


def targets_of(collections: Iterable[Collection]) -> dict[str, str]:
    return {each.uid: each.name for each in collections}


def flat(tree: Iterable[Field]) -> Iterator[Field]:
    """Parents before children."""
    for each in tree:
        yield each
        yield from flat(each.children)


def outermost(paths: list[str]) -> list[str]:
    """The paths without those that lie within another one of them."""
    return [path for path in paths if not any(path.startswith(f"{each}.") for each in paths)]


def sortable(schema: Schema) -> list[str]:
    """The paths by which documents can be ordered: single values, not within lists."""
    return [
        path
        for path in schema.paths()
        if not schema.find(path)[-1].kind.nested
        and all(step.kind is not Kind.LIST for step in schema.find(path))
    ]


def examples(schema: Schema) -> list[tuple[str, str]]:
    """Filters on properties that the collection really has: what each says, and its JSON."""
    known = [path for path in sortable(schema) if path != schema.key]
    first: dict[Kind, str] = {}
    for path in known:
        first.setdefault(schema.find(path)[-1].kind, path)
    made: list[tuple[str, Any]] = []
    if path := _first(first, Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL):
        test = {"field": path, "operator": "gt", "value": _value(schema, path)}
        made.append(("A number above a bound", test))
    if path := _first(first, Kind.TEXT):
        tests = [{"field": path, "value": word} for word in ("AA", "UA")]
        made.append(("One word or another", {"OR": tests}))
    if path := _first(first, Kind.DATE, Kind.TIMESTAMP):
        bounds = {"$gte": _value(schema, path), "$exists": True}
        made.append(("From a day on", {path: bounds}))
    return [(says, json.dumps(filter_, indent=2)) for says, filter_ in made]


def _first(paths: dict[Kind, str], *kinds: Kind) -> str:
    return next((paths[kind] for kind in kinds if kind in paths), "")


def _value(schema: Schema, path: str) -> Any:
    return _VALUES[schema.find(path)[-1].kind]


def _field(prefix: str, node: Property, schema: Schema, targets: dict[str, str]) -> Field:
    path = f"{prefix}{node.name}"
    return Field(
        path=path,
        name=node.name,
        type=_type(node),
        role=node.role or "",
        optional=node.optional,
        is_key=path == schema.key,
        target=targets.get(node.target, ""),
        children=tuple(_field(f"{path}.", each, schema, targets) for each in fields(node)),
    )


def _type(node: Property) -> str:
    """``list of text``, ``struct``, ``integer``."""
    if node.kind is Kind.LIST:
        return f"list of {_type(node.element)}"
    return node.kind.value
