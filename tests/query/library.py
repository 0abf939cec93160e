"""Eight documents of every type that a filter meets, and a way to ask which of them it matches."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from exports.query.condition import condition
from exports.query.parse import parse
from exports.query.schema import Kind, Property, Schema

if TYPE_CHECKING:
    from exports.query.parse import Dialect
    from exports.query.tree import Node


def scalar(name: str, kind: Kind, sql: str) -> Property:
    return Property(name, kind, sql)


def listed(name: str, element: Property) -> Property:
    return Property(name, Kind.LIST, f"{element.sql}[]", (element,))


def struct(name: str, *children: Property) -> Property:
    named = ", ".join(f'"{each.name}" {each.sql}' for each in children)
    return Property(name, Kind.STRUCT, f"STRUCT({named})", children)


def text(name: str = "element") -> Property:
    return scalar(name, Kind.TEXT, "VARCHAR")


def integer(name: str = "element", sql: str = "BIGINT") -> Property:
    return scalar(name, Kind.INTEGER, sql)


SCHEMA = Schema(
    "id",
    (
        integer("id"),
        text("name"),
        integer("age", "SMALLINT"),
        integer("big"),
        integer("huge", "HUGEINT"),
        integer("tiny", "UTINYINT"),
        scalar("score", Kind.FLOAT, "DOUBLE"),
        scalar("ink", Kind.FLOAT, "FLOAT"),
        scalar("price", Kind.DECIMAL, "DECIMAL(10,2)"),
        scalar("ok", Kind.BOOLEAN, "BOOLEAN"),
        scalar("born", Kind.DATE, "DATE"),
        scalar("wake", Kind.TIME, "TIME"),
        scalar("seen", Kind.TIMESTAMP, "TIMESTAMP WITH TIME ZONE"),
        scalar("naive", Kind.TIMESTAMP, "TIMESTAMP"),
        scalar("whole", Kind.TIMESTAMP, "TIMESTAMP_S"),
        scalar("fine", Kind.TIMESTAMP, "TIMESTAMP_NS"),
        scalar("uid", Kind.UUID, "UUID"),
        scalar("mood", Kind.ENUM, "ENUM('sad', 'glad')"),
        scalar("raw", Kind.BINARY, "BLOB"),
        listed("tags", text()),
        listed("marks", scalar("element", Kind.FLOAT, "DOUBLE")),
        listed("grid", listed("element", integer("element", "INTEGER"))),
        struct("place", text("city"), struct("at", integer("lat", "INTEGER"))),
        listed(
            "items",
            struct("element", text("kind"), integer("n", "INTEGER"), listed("notes", text())),
        ),
        Property("extra", Kind.MAP, "MAP(VARCHAR, INTEGER)", (text("key"), integer("value"))),
        text("Name two"),
    ),
)

# One tuple for each document, in the order of the schema, as DuckDB's literals.
DOCUMENTS = (
    """(1, 'Ada', 36, 9007199254740993, 170141183460469231731687303715884105727, 0, 1.5, 0.1, 9.99,
    true, '1815-12-10', '10:30:00', '2013-07-04 10:30:00+00', '2013-07-04 10:30:00',
    '2013-07-04 10:30:00', '2013-07-04 10:30:00.123456789',
    '123e4567-e89b-12d3-a456-426614174000', 'sad', 'x', ['a', 'b'], [1, 'nan'::DOUBLE],
    [[1, 2], [3]],
    {'city': 'Rome', 'at': {'lat': 41}},
    [{'kind': 'x', 'n': 1, 'notes': ['p']}, {'kind': 'y', 'n': 2, 'notes': []}],
    MAP {'k': 1}, 'quoted')""",
    """(2, 'ada', -1, 9007199254740992, -5, 255, 'nan', 'nan', 0.10,
    false, '2013-07-04', '00:00:00', '2013-07-04 08:30:00.5+00', '2013-07-03 23:59:59.999999',
    '2013-07-04 00:00:00', '2262-04-11 23:47:16.854775806',
    '00000000-0000-0000-0000-000000000001', 'glad', '', [NULL, 'a'], ['nan'::DOUBLE], [[], NULL],
    {'city': NULL, 'at': NULL},
    [{'kind': 'x', 'n': 2, 'notes': NULL}, NULL, {'kind': NULL, 'n': 1, 'notes': ['p', NULL]}],
    MAP {}, '')""",
    """(3, '', 0, 0, 0, 7, 'inf', 'inf', 0,
    NULL, 'infinity', '23:59:59.999999', 'infinity', '-infinity', NULL, NULL,
    NULL, NULL, NULL, [NULL], [], [], {'city': 'rome', 'at': {'lat': NULL}}, [], NULL, 'a%c')""",
    """(4, E'a\\nb', 32767, -9223372036854775808, NULL, NULL, '-inf', '-inf', -9.99,
    true, '0001-01-01', NULL, '1970-01-01 00:00:00+00', NULL, NULL, NULL,
    NULL, NULL, NULL, [], [NULL], NULL, {'city': 'Rome', 'at': {'lat': -1}}, [NULL], NULL,
    'abc')""",
    """(5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""",
    """(6, 'Éa', 7, 7, 7, 7, 0.1, 0.1, 7.00, false, '2013-07-05', '10:30:00.5',
    '2013-07-05 00:00:00+00', '2013-07-05 00:00:00', '2013-07-05 00:00:00',
    '2013-07-05 00:00:00', 'ffffffff-0000-0000-0000-000000000000', 'glad', 'y', ['B', 'É'],
    [0.1, 7], [[7]], {'city': 'É', 'at': {'lat': 7}}, [{'kind': 'É', 'n': 7, 'notes': ['B']}],
    MAP {'a': 1, 'b': 2}, 'a_c')""",
)


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect(config={"threads": 1})
    found.execute("SET TimeZone = 'UTC'")
    columns = ", ".join(f'"{each.name}" {each.sql}' for each in SCHEMA.properties)
    found.execute(f"CREATE TABLE documents ({columns})")
    found.execute(f"INSERT INTO documents VALUES {', '.join(DOCUMENTS)}")
    return found


def run(node: Node, schema: Schema = SCHEMA, *, source: str = "documents") -> list[Any]:
    """The keys of the documents that a tree matches, in the order in which they come."""
    cursor = connection().cursor()
    found = condition(node, schema)
    for each in found.lists:
        cursor.execute(each.create.sql("duckdb"), [list(each.values)])
    key = exp.column(schema.key, table="d", quoted=True)
    table = exp.table_(exp.to_identifier(source, quoted=True), alias="d")
    query = exp.select(key).from_(table).where(found.where)
    keys = [row[0] for row in cursor.execute(query.sql("duckdb")).fetchall()]
    for each in found.lists:
        cursor.execute(f"DROP TABLE {each.name}")
    return keys


def matched(where: object, *, dialect: Dialect | None = None) -> list[int]:
    """The ids of the documents that a filter matches, in rising order."""
    return sorted(run(parse(where, SCHEMA, dialect=dialect)))
