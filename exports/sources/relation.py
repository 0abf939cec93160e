"""The documents of a source as a relation of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.sources import scan
from exports.sources.sql import quoted
from exports.sources.trees import places, value, wrong

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from exports.query.schema import Property
    from exports.sources.source import Source, SourceKind

ROW = ".row"  # a property's name holds no dot, so that this one is always free
POSITION = ("file_index", "file_row_number")  # hidden columns of DuckDB's Parquet reader
FILE_BITS = 40  # a file holds fewer rows than 2^40
MARK = "a wrong value in column "  # and its number: what the error of a text source says


@dataclass(frozen=True, slots=True)
class Found:
    """The properties of a source's files, and how they are read.

    :ivar cast: those of a Parquet source that have another type there.
    :ivar doubtful: a text source may hold what is not of its property's type.
    """

    properties: tuple[Property, ...]
    cast: frozenset[str] = frozenset()
    doubtful: bool = False


def create_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: Source,
    found: Found,
    rows: Sequence[int] | None = None,
) -> None:
    """Make ``name`` stand for the source's documents, each with its place in it as ``.row``.

    A value that is not of its property's type fails the query that reads its column;
    :func:`exports.sources.faults.explain` tells where it stands.

    :param rows: the places of a few documents, at least one: then there are no others.
    """
    documents = _documents(source, found)
    if rows is not None:
        documents = _few(source, found, documents, sorted(set(rows)))
    connection.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS {documents}")


def _documents(source: Source, found: Found) -> str:
    if not source.kind.is_text:
        columns = [_cast(each, cast=each.name in found.cast) for each in found.properties]
        return _select(scan.parquet(source.files), columns, _row(found.properties))
    if found.doubtful:
        columns = [
            _checked(number, each, source.kind) for number, each in enumerate(found.properties)
        ]
        return _select(scan.raw(source, found.properties), columns, "row_number() OVER ()")
    columns = [quoted(each.name) for each in found.properties]
    return _select(scan.typed(source, found.properties), columns, "row_number() OVER ()")


def _few(source: Source, found: Found, documents: str, rows: Sequence[int]) -> str:
    """Some of the documents, read from where they lie and no further."""
    if source.kind.is_text or not _has_positions(found.properties):
        return f"FROM ({documents}) WHERE {quoted(ROW)} IN {_tuple(rows)}"
    file, number = POSITION
    numbers: dict[int, list[int]] = {}
    for row in rows:
        numbers.setdefault(row >> FILE_BITS, []).append(row & ((1 << FILE_BITS) - 1))
    # One condition for each file: only those that stand alone keep the reader from the rest.
    parts = " UNION ALL ".join(
        f"{documents} WHERE {file} = {at} AND {number} IN {_tuple(each)}"
        for at, each in numbers.items()
    )
    return f"FROM ({parts}) ORDER BY {quoted(ROW)}"


def _tuple(rows: Sequence[int]) -> str:
    return f"({', '.join(map(str, rows))})"


def _select(rows: str, columns: Sequence[str], row: str) -> str:
    return f"FROM {rows} SELECT {', '.join(columns)}, {row} AS {quoted(ROW)}"


def _cast(each: Property, *, cast: bool) -> str:
    name = quoted(each.name)
    return f"CAST({name} AS {each.sql}) AS {name}" if cast else name


def _checked(number: int, each: Property, kind: SourceKind) -> str:
    conditions = " OR ".join(wrong(place, kind) for place in places(each))
    failed, read = f"error('{MARK}{number}')", value(each, kind)
    return f"CASE WHEN {conditions} THEN {failed} ELSE {read} END AS {quoted(each.name)}"


def _row(properties: Sequence[Property]) -> str:
    if _has_positions(properties):
        file, number = POSITION
        return f"CAST({file} AS BIGINT) * {1 << FILE_BITS} + {number}"
    return "row_number() OVER ()"


def _has_positions(properties: Sequence[Property]) -> bool:
    """Whether the reader tells them: columns of their names hide them."""
    return {each.name.lower() for each in properties}.isdisjoint(POSITION)
