"""The structure that all documents of JSONL files share, found in memory that does not grow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa

from exports.sources import scan

if TYPE_CHECKING:
    import duckdb

    from exports.sources.source import Source

# As DuckDB writes it: {"name": …} of an object, [element] of an array, or a scalar's type.
Structure: TypeAlias = "dict[str, Structure] | list[Structure] | str"

ANY = "JSON"  # an object that is always empty, or values of several types
INTEGERS = {"BIGINT", "UBIGINT", "HUGEINT"}
PIECE = 8 << 20  # bytes that are looked at together: DuckDB holds a multiple of it meanwhile
MOST = 16_384  # documents


def structure_of(
    connection: duckdb.DuckDBPyConnection, source: Source, *, document: int
) -> Structure:
    """The structure of all documents together, names in the order in which they turn up.

    :param connection: with one thread, so that the order is always the same.
    :param document: how many bytes one has, about.
    """
    found: Structure = "NULL"
    rows = min(PIECE // max(document, 1) + 1, MOST)
    with connection.cursor() as cursor:
        for batch in connection.sql(f"FROM {scan.lines(source.files)}").to_arrow_reader(rows):
            some = cursor.from_arrow(pa.Table.from_batches([batch]))
            [(text,)] = some.aggregate("json_group_structure(CAST(json AS JSON))").fetchall()
            found = merged(found, json.loads(text))
    return found


def merged(one: Structure, other: Structure) -> Structure:
    """What two structures have in common; names of either."""
    if isinstance(one, dict) and isinstance(other, dict):
        shared = {name: merged(one.get(name, "NULL"), each) for name, each in other.items()}
        return {**one, **shared}
    if isinstance(one, list) and isinstance(other, list):
        return [merged(one[0], other[0])]
    if one == "NULL" or one == other:
        return other
    if other == "NULL":
        return one
    # An empty object may be one that only lacks its properties here.
    for each, beside in ((one, other), (other, one)):
        if each == ANY and isinstance(beside, dict | list):
            return beside
    return _number({one, other}) if isinstance(one, str) and isinstance(other, str) else ANY


def _number(types: set[str]) -> str:
    if types <= INTEGERS:
        return "HUGEINT"
    return "DOUBLE" if types <= {*INTEGERS, "DOUBLE"} else ANY
