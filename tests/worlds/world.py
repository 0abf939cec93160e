"""A world: a few collections whose documents are plain Python values, written out as Parquet."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from exports.query.catalogue import Entry
from exports.query.schema import Kind, Property, Role, Schema
from exports.sources.source import Source, SourceKind

if TYPE_CHECKING:
    from pathlib import Path

Document = dict[str, Any]

TYPES = {
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "DECIMAL(9,2)": pa.decimal128(9, 2),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
    "BLOB": pa.binary(),
}


@dataclass(frozen=True, slots=True)
class Collection:
    """Its documents in the order of the source, and after how many of them a file ends."""

    name: str
    schema: Schema
    documents: tuple[Document, ...]
    access: Literal["public"] | tuple[str, ...] | None = "public"
    files: tuple[int, ...] = ()
    row_group: int = 10

    @property
    def entry(self) -> Entry:
        return Entry(self.name, self.schema, self.access)


World = Mapping[str, Collection]  # by id


def scalar(name: str, kind: Kind, sql: str, **options: Any) -> Property:
    return Property(name, kind, sql, **options)


def text(name: str, **options: Any) -> Property:
    return scalar(name, Kind.TEXT, "VARCHAR", **options)


def integer(name: str, sql: str = "BIGINT", **options: Any) -> Property:
    return scalar(name, Kind.INTEGER, sql, **options)


def struct(name: str, *children: Property, **options: Any) -> Property:
    named = ", ".join(f"{_quoted(each.name)} {each.sql}" for each in children)
    return Property(name, Kind.STRUCT, f"STRUCT({named})", children, **options)


def listed(name: str, element: Property, **options: Any) -> Property:
    return Property(name, Kind.LIST, f"{element.sql}[]", (element,), **options)


def mapped(name: str, value: Property, **options: Any) -> Property:
    key = text("key")
    return Property(name, Kind.MAP, f"MAP({key.sql}, {value.sql})", (key, value), **options)


def vector(name: str, length: int, **options: Any) -> Property:
    element = scalar("element", Kind.FLOAT, "FLOAT")
    return Property(
        name, Kind.LIST, "FLOAT[]", (element,), role=Role.VECTOR, length=length, **options
    )


def write(world: World, folder: Path) -> dict[str, Source]:
    """The files of every collection, several row groups in each, and where they lie."""
    return {each: _written(collection, folder / each) for each, collection in world.items()}


def _written(collection: Collection, folder: Path) -> Source:
    folder.mkdir(parents=True)
    schema = pa.schema([(each.name, arrow(each)) for each in collection.schema.properties])
    bounds = [0, *collection.files, len(collection.documents)]
    files = []
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        rows = [
            stored(collection.schema.properties, row) for row in collection.documents[start:end]
        ]
        files.append(str(folder.resolve() / f"{'0Aa'[number]}.parquet"))
        table = pa.Table.from_pylist(rows, schema)
        pq.write_table(table, files[-1], row_group_size=collection.row_group)
    return Source(SourceKind.PARQUET, tuple(files))


def arrow(node: Property) -> pa.DataType:
    """The Arrow type of a property, in the source and in Parquet that comes out."""
    match node.kind:
        case Kind.STRUCT:
            return pa.struct([(each.name, arrow(each)) for each in node.children])
        case Kind.MAP:
            key, value = node.children
            return pa.map_(arrow(key), arrow(value))
        case Kind.LIST if node.role is Role.VECTOR:
            return pa.list_(arrow(node.element), node.length)
        case Kind.LIST:
            return pa.list_(arrow(node.element))
    return TYPES[node.sql]


def stored(properties: Iterable[Property], row: Document) -> Document:
    """The document as pyarrow takes it, and as it gives it back: a map is a list of pairs."""
    return {each.name: _stored(each, row[each.name]) for each in properties}


def _stored(node: Property, value: Any) -> Any:
    if value is None:
        return None
    match node.kind:
        case Kind.STRUCT:
            return stored(node.children, value)
        case Kind.LIST:
            return [_stored(node.element, each) for each in value]
        case Kind.MAP:
            return [(key, _stored(node.children[1], each)) for key, each in value.items()]
    return value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
