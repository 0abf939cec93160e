"""Vectors: lists of floating-point numbers, as many in each document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from exports.query.schema import Kind, Property, Role, Schema
from exports.sources.connection import connect
from exports.sources.errors import SourceUnreadable, VectorRefused
from exports.sources.properties import read_properties
from exports.sources.register import MEMORY, SPILL
from exports.sources.relation import create_view
from exports.sources.sql import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from exports.sources.source import Source

VIEW = "documents"


def vector_paths(schema: Schema) -> tuple[str, ...]:
    """The paths of all properties that are marked as vectors."""
    return tuple(path for path in schema.paths() if schema.find(path)[-1].role is Role.VECTOR)


def measure_vectors(source: Source, schema: Schema, *, scratch: Path) -> Schema:
    """The schema with the length of each vector, found by reading them all.

    :raises VectorRefused: two vectors of a property are not equally long, one holds a null, or one
        holds nothing. Documents without a vector do not matter.
    :raises SourceError: the source cannot be read any more.
    """
    paths = vector_paths(schema)
    if not paths:
        return schema
    connection, _ = connect([source], scratch=scratch, memory=MEMORY, spill=SPILL)
    try:
        found = read_properties(connection, source, schema.properties)
        create_view(connection, VIEW, source, found)
        for path in paths:
            schema = schema.mark(path, length=_length(connection, path, schema.find(path)))
    except duckdb.Error as error:
        raise SourceUnreadable(source.files[0], source.kind) from error
    finally:
        connection.close()
    return schema


def _length(connection: duckdb.DuckDBPyConnection, path: str, steps: Sequence[Property]) -> int:
    query = (
        f"FROM (FROM {VIEW} SELECT unnest({_vectors(steps)}) AS vector) "
        "SELECT min(len(vector)), max(len(vector)), bool_or(list_count(vector) < len(vector))"
    )
    [(least, most, holed)] = connection.execute(query).fetchall()
    if least != most:
        raise VectorRefused(path, f"one has {least:,} numbers, another {most:,}.")
    if holed:
        raise VectorRefused(path, "one of its numbers is null.")
    if least == 0:
        raise VectorRefused(path, "it holds no numbers.")
    return least or 0


def _vectors(steps: Sequence[Property]) -> str:
    """The list of a document's vectors: one, or those of all elements of the lists on the way."""
    first, *rest = steps
    return _below(quoted(first.name), [first, *rest], 0)


def _below(value: str, steps: Sequence[Property], depth: int) -> str:
    node, *rest = steps
    if not rest:
        return f"[{value}]"
    if node.kind is Kind.LIST:
        name = f"e{depth}"
        inner = _below(name, rest, depth + 1)
        return f"flatten(list_transform({value}, lambda {name}: {inner}))"
    return _below(f"struct_extract({value}, {literal(rest[0].name)})", rest, depth)
