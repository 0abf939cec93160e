"""What the footers of Parquet files say: names and types."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from exports.sources.errors import PropertyRefused, SchemasDiffer, SourceUnreadable
from exports.sources.kinds import kind_of
from exports.sources.relation import Found, scan
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PRECISION = 38  # DuckDB reads a decimal with more digits as a float


@dataclass(slots=True)
class Node:
    """One element of a footer's schema, as it is written in the file."""

    name: str
    precision: int | None
    type: str | None
    children: list[Node]


def read_properties(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> Found:
    """The properties that all of the files have.

    :raises SourceUnreadable: a file is empty, cut short or no Parquet.
    :raises SchemasDiffer: a file has other properties than the first one.
    :raises PropertyRefused: a name or a type cannot be used.
    """
    trees = _trees(connection, files)
    first = trees[files[0]]
    _check_names(first, "")
    for file, tree in trees.items():
        _check_same(file, tree, files[0], first)
    rows = connection.sql(text(exp.select("*").from_(scan(files[:1]))))
    types = dict(zip(rows.columns, rows.types, strict=True))
    properties = tuple(kind_of(name, kind, name) for name, kind in types.items())
    cast = (each.name for each in properties if types[each.name] != connection.sqltype(each.sql))
    return Found(properties, frozenset(cast))


def _trees(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> dict[str, list[Node]]:
    query = (
        "SELECT file_name, name, num_children, precision, duckdb_type FROM parquet_schema(?) "
        "ORDER BY file_name, column_id"
    )
    try:
        rows = connection.execute(query, [list(files)]).fetchall()
    except duckdb.Error as error:
        raise SourceUnreadable(_culprit(connection, files)) from error
    return {
        file: _tree(iter([row[1:] for row in group])).children
        for file, group in groupby(rows, key=itemgetter(0))
    }


def _culprit(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> str:
    for file in files:
        try:
            connection.execute("SELECT num_rows FROM parquet_file_metadata(?)", [[file]]).fetchall()
        except duckdb.Error:
            return file
    return files[0]


def _tree(rows: Iterator[tuple[Any, ...]]) -> Node:
    name, count, precision, kind = next(rows)
    return Node(name, precision, kind, [_tree(rows) for _ in range(count or 0)])


def _check_names(nodes: list[Node], prefix: str) -> None:
    # DuckDB renames a column whose name it holds already, so that its own names prove nothing.
    lowered = Counter(node.name.lower() for node in nodes)
    for node in nodes:
        path = f"{prefix}{node.name}"
        if reason := _wrong_name(node.name):
            raise PropertyRefused(path, reason)
        if lowered[node.name.lower()] > 1:
            raise PropertyRefused(path, "another property's name differs from it only in case.")
        if node.precision and node.precision > MAX_PRECISION:
            raise PropertyRefused(path, f"a decimal may have at most {MAX_PRECISION} digits.")
        _check_names(node.children, f"{path}.")


def _wrong_name(name: str) -> str:
    if not name:
        return "it has no name."
    if "." in name:
        return "its name holds a dot, which stands between the names of a path."
    return "" if name.isprintable() else "its name holds a character that cannot be seen."


def _check_same(file: str, tree: list[Node], first_file: str, first: list[Node]) -> None:
    types = {node.name: node.type for node in tree}
    wanted = {node.name: node.type for node in first}
    for name, kind in wanted.items():
        if name not in types:
            raise SchemasDiffer(file, first_file, f"{name!r} is missing.")
        if types[name] != kind:
            raise SchemasDiffer(file, first_file, f"{name!r} is {types[name]}, not {kind}.")
    for name in types.keys() - wanted.keys():
        raise SchemasDiffer(file, first_file, f"{name!r} is in this file only.")
