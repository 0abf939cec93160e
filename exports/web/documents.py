"""Documents as cards: each value as text, the pictures, and what can be exported from there."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from exports.query.schema import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exports.models import Collection, Namespace
    from exports.query.schema import Property

ADDRESS = 8_000  # characters: longer ones do not pass every proxy
_SHOWN = 8  # values before the fold
_LONGEST = 500  # characters of a value
_SHARED = (Kind.TEXT, Kind.ENUM, Kind.BOOLEAN, Kind.INTEGER, Kind.UUID, Kind.DATE)
_SHORT = 100  # characters of a value that many documents may share
_PICTURES = {"", ".png", ".jpg", ".jpeg", ".gif", ".webp"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a document.

    :ivar picture: the address of the picture that it names, or empty.
    :ivar export: the address of a new export of all documents with this value, or empty.
    """

    path: str
    text: str | None
    picture: str = ""
    export: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One document. ``key`` is its key as it stands in JSON, ``title`` the same for people.

    :ivar alike: each vector, with the address of the documents that are near by it.
    """

    key: str
    title: str
    cells: list[Cell]
    ticked: bool
    alike: list[tuple[str, str]] = field(default_factory=list)

    @property
    def pictures(self) -> list[Cell]:
        return [each for each in self.cells if each.picture]

    @property
    def first(self) -> list[Cell]:
        return self.cells[:_SHOWN]

    @property
    def others(self) -> list[Cell]:
        return self.cells[_SHOWN:]


@dataclass(frozen=True, slots=True)
class Cards:
    """Makes the cards of a page.

    :ivar principal: as whom the page was asked for; what leads on from it keeps it.
    :ivar exportable: whether exports are offered. :ivar few: paths of few different values.
    :ivar ticked: the keys that are ticked; None for all.
    """

    namespace: Namespace
    collection: Collection
    principal: str = ""
    exportable: bool = False
    few: frozenset[str] = frozenset()
    ticked: frozenset[str] | None = frozenset()

    def of(self, lines: Sequence[str]) -> list[Card]:
        schema = self.collection.schema
        rows = [json.loads(line, parse_float=Decimal) for line in lines]
        nodes = [each for each in schema.properties if each.name != schema.key]
        flat = [list(_values(nodes, row)) for row in rows]
        shared = Counter(
            (path, _key(value))
            for values in flat
            for path, node, value in values
            if value is not None
        )
        vectors = vector_paths(self.collection)
        return [
            self._card(row[schema.key], values, shared, vectors)
            for row, values in zip(rows, flat, strict=True)
        ]

    def _card(
        self,
        key: Any,
        values: list[tuple[str, Property, Any]],
        shared: Counter[tuple[str, str]],
        vectors: list[str],
    ) -> Card:
        said = _key(key)
        cells = [
            Cell(
                path,
                text_of(value),
                picture=self._picture(said, path, node, value),
                export=self._export(path, node, value, shared[path, _key(value)]),
            )
            for path, node, value in values
        ]
        alike = [(path, self._alike(said, path)) for path in vectors]
        ticked = self.ticked is None or said in self.ticked
        return Card(said, text_of(key) or "", cells, ticked, alike)

    def _picture(self, key: str, path: str, node: Property, value: Any) -> str:
        if node.role is not Role.FILE or not isinstance(value, str):
            return ""
        if PurePosixPath(value).suffix.lower() not in _PICTURES:
            return ""
        return self._address("web:picture", key=key, path=path)

    def _export(self, path: str, node: Property, value: Any, shared_by: int) -> str:
        """Of documents that share a value; where nearly every one has its own, there is none."""
        if not self.exportable or node.kind not in _SHARED or value is None:
            return ""
        if node.role is Role.FILE or len(str(value)) > _SHORT:
            return ""
        is_one_of_few = node.kind in (Kind.BOOLEAN, Kind.ENUM) or path in self.few
        if not is_one_of_few and shared_by < 2:
            return ""
        where = where_value(path, value)
        return create_address(self.namespace, self.collection, where, self.principal)

    def _alike(self, key: str, path: str) -> str:
        return self._address("web:documents", like=key, by=path)

    def _address(self, name: str, **asked: str) -> str:
        more = {"principal": self.principal} if self.principal else {}
        base = reverse(name, args=[self.namespace.slug, self.collection.name])
        return f"{base}?{urlencode({**asked, **more})}"


def create_address(
    namespace: Namespace, collection: Collection, where: str = "", principal: str = ""
) -> str:
    """Where a new export of some documents of a collection begins."""
    asked = {"collection": collection.name, "where": where, "principal": principal}
    said = {name: text for name, text in asked.items() if text}
    return f"{reverse('web:create', args=[namespace.slug])}?{urlencode(said)}"


def where_value(path: str, value: Any) -> str:
    """The filter of the documents with exactly this value."""
    test = {"field": path, "value": value, "case_sensitive": True}
    return json.dumps(test, ensure_ascii=False, default=str)


def vector_paths(collection: Collection) -> list[str]:
    """The vectors of which each document has one."""
    schema = collection.schema
    return [
        path
        for path in schema.paths()
        if schema.find(path)[-1].role is Role.VECTOR
        and all(step.kind is not Kind.LIST for step in schema.find(path)[:-1])
    ]


def text_of(value: Any) -> str | None:
    """A value as people read it, cut where it is long; None for null."""
    if value is None:
        return None
    is_text = isinstance(value, str)
    said = value if is_text else json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, Decimal):
        said = str(value)
    return f"{said[:_LONGEST]}…" if len(said) > _LONGEST else said


def _key(value: Any) -> str:
    """A value as it stands in JSON."""
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _values(
    nodes: Sequence[Property], row: dict[str, Any], above: str = ""
) -> Iterator[tuple[str, Property, Any]]:
    """Each value that is no struct, with its path, in the order of the schema."""
    for node in nodes:
        path = f"{above}{node.name}"
        value = row.get(node.name)
        if node.name not in row:
            continue
        if node.kind is Kind.STRUCT and isinstance(value, dict):
            yield from _values(node.children, value, f"{path}.")
        else:
            yield path, node, value
