"""Which properties could name the documents of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.query.schema import Kind
from exports.sources.sql import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from exports.query.schema import Property

KEY_KINDS = (Kind.TEXT, Kind.INTEGER, Kind.UUID)
_LOOKED_AT = 100  # properties
_SUGGESTED = 3
_ALMOST = 0.8  # of so many different values an estimate may see too few


def could_be_keys(
    connection: duckdb.DuckDBPyConnection, view: str, properties: Sequence[Property]
) -> list[str]:
    """At most three properties, in their order, that are there in every document and different
    in all.

    One reading estimates how many values each has; those that may do are then counted.

    :param view: the documents.
    :raises duckdb.Error: they cannot be read.
    """
    names = [each.name for each in properties if each.kind in KEY_KINDS][:_LOOKED_AT]
    if not names:
        return []
    counts = ", ".join(
        f"[count({quoted(name)}), approx_count_distinct({quoted(name)})]" for name in names
    )
    [(documents, *found)] = connection.execute(f"FROM {view} SELECT count(*), {counts}").fetchall()
    likely = [
        name
        for name, (there, different) in zip(names, found, strict=True)
        if there == documents and different >= _ALMOST * documents
    ]
    found_keys: list[str] = []
    for name in likely:
        if len(found_keys) < _SUGGESTED and not repeated(connection, view, name):
            found_keys.append(name)
    return found_keys


def repeated(
    connection: duckdb.DuckDBPyConnection, view: str, name: str
) -> tuple[object, int] | None:
    """A value that several documents have, or null, and how many have it; None: there is none."""
    query = (
        f"FROM (FROM {view} SELECT {quoted(name)} AS key) SELECT key, count(*) GROUP BY key "
        "HAVING count(*) > 1 OR key IS NULL ORDER BY key NULLS FIRST LIMIT 1"
    )
    found = connection.execute(query).fetchall()
    return found[0] if found else None
