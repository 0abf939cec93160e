"""What the footers of Parquet files say: names and types."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import duckdb

from exports.sources.errors import PropertyRefused, SchemasDiffer, SourceUnreadable
from exports.sources.kinds import kind_of
from exports.sources.names import check_names
from exports.sources.relation import Found
from exports.sources.scan import parquet

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
    _check_tree(first, "")
    for file, tree in trees.items():
        _check_same(file, tree, files[0], first)
    rows = connection.sql(f"FROM {parquet(files[:1])}")
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


def _check_tree(nodes: list[Node], prefix: str) -> None:
    check_names([node.name for node in nodes], prefix)
    for node in nodes:
        path = f"{prefix}{node.name}"
        if node.precision and node.precision > MAX_PRECISION:
            raise PropertyRefused(path, f"a decimal may have at most {MAX_PRECISION} digits.")
        _check_tree(node.children, f"{path}.")


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
