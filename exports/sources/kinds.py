"""From DuckDB's types to the properties of a schema; what cannot be exported is refused here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from exports.query.schema import Kind, Property
from exports.sources.errors import PropertyRefused
from exports.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

SCALARS = {
    "boolean": Kind.BOOLEAN,
    "tinyint": Kind.INTEGER,
    "smallint": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "bigint": Kind.INTEGER,
    "utinyint": Kind.INTEGER,
    "usmallint": Kind.INTEGER,
    "uinteger": Kind.INTEGER,
    "ubigint": Kind.INTEGER,
    "float": Kind.FLOAT,
    "double": Kind.FLOAT,
    "decimal": Kind.DECIMAL,
    "varchar": Kind.TEXT,
    "uuid": Kind.UUID,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "time_ns": Kind.TIME,
    "timestamp": Kind.TIMESTAMP,
    "timestamp_s": Kind.TIMESTAMP,
    "timestamp_ms": Kind.TIMESTAMP,
    "timestamp_ns": Kind.TIMESTAMP,
    "timestamp with time zone": Kind.TIMESTAMP,
    "timestamptz_ns": Kind.TIMESTAMP,
    "blob": Kind.BINARY,
}
PLAINER = {  # read as another type, which can hold each of their values or fails on it
    "JSON": (Kind.TEXT, "VARCHAR"),
    '"NULL"': (Kind.TEXT, "VARCHAR"),
    "HUGEINT": (Kind.DECIMAL, "DECIMAL(38,0)"),
    "UHUGEINT": (Kind.DECIMAL, "DECIMAL(38,0)"),
}
REASONS = {
    "union": "a union has no type that the formats share.",
    "variant": "a variant has no type that the formats share.",
    "interval": "an interval cannot be written faithfully.",
    "time with time zone": "a time of day with a zone cannot be written faithfully.",
}


def kind_of(name: str, found: DuckDBPyType, path: str) -> Property:
    """The property that a column or a part of one becomes.

    ``sql`` of the property is the type to read it as, which may be plainer than the one found.

    :param path: where it stands, for the message.
    :raises PropertyRefused: a type or a name inside it that no format could hold.
    """
    if str(found) in PLAINER:
        kind, sql = PLAINER[str(found)]
        return Property(name, kind, sql)
    if found.id in SCALARS:
        return Property(name, SCALARS[found.id], str(found))
    if found.id == "struct":
        return _struct(name, found, path)
    if found.id in ("list", "array"):
        element = kind_of("element", _parts(found)["child"], path)
        return Property(name, Kind.LIST, f"{element.sql}[]", (element,))
    if found.id == "map":
        return _map(name, found, path)
    raise PropertyRefused(path, REASONS.get(found.id, f"its type, {found}, is not known here."))


def _struct(name: str, found: DuckDBPyType, path: str) -> Property:
    children = tuple(kind_of(each, kind, f"{path}.{each}") for each, kind in _parts(found).items())
    fields = ", ".join(f"{quoted(child.name)} {child.sql}" for child in children)
    return Property(name, Kind.STRUCT, f"STRUCT({fields})", children)


def _map(name: str, found: DuckDBPyType, path: str) -> Property:
    parts = _parts(found)
    key = kind_of("key", parts["key"], path)
    if key.kind is not Kind.TEXT:
        raise PropertyRefused(path, "the keys of a map must be text.")
    value = kind_of("value", parts["value"], path)
    return Property(name, Kind.MAP, f"MAP({key.sql}, {value.sql})", (key, value))


def _parts(found: DuckDBPyType) -> dict[str, DuckDBPyType]:
    return cast("dict[str, DuckDBPyType]", dict(found.children))
