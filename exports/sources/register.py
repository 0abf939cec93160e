"""Taking a source in: what it holds is read and checked once, before anything is exported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from exports.query.schema import Kind, Property, Schema
from exports.sources.connection import connect
from exports.sources.errors import KeyNull, KeyRefused, KeyRepeated, SourceUnreadable
from exports.sources.footers import read_properties
from exports.sources.locate import locate
from exports.sources.relation import create_view
from exports.sources.source import Source, SourceKind
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MEMORY = 512_000_000
SPILL = 64 << 30
KEY_KINDS = (Kind.TEXT, Kind.INTEGER, Kind.UUID)
VIEW = "documents"


@dataclass(frozen=True, slots=True)
class Registered:
    """A source that was found fit to be exported, with its schema and number of documents."""

    source: Source
    schema: Schema
    documents: int


def register(
    locations: Sequence[str], *, key: str, roots: Sequence[Path], scratch: Path
) -> Registered:
    """Find the files of a source, read their schema and check the key.

    All keys are read once; what does not fit into 512 MB is spilled to ``scratch``.

    :param locations: Parquet files, or folders of them; relative ones begin at the first root.
    :param key: the property that names a document: there, never null, and unique.
    :param roots: the folders that the operator allowed.
    :param scratch: a folder for what is spilled; it must exist.
    :raises SourceError: the locations, the files, a property or the key cannot be used; each
        reason has its own class.
    """
    files = locate(locations, roots)
    source = Source(SourceKind.PARQUET, files)
    connection, weight = connect(files, scratch=scratch, memory=MEMORY, spill=SPILL)
    try:
        found = read_properties(connection, files)
        _check_kind(key, found.properties)
        create_view(connection, VIEW, source, found)
        _check_values(connection, key, files)
        schema = Schema(key, found.properties)
        return Registered(source, schema, weight.documents)
    finally:
        connection.close()


def _check_kind(key: str, properties: Sequence[Property]) -> None:
    found = next((each for each in properties if each.name == key), None)
    if found is None:
        names = ", ".join(repr(each.name) for each in properties if each.kind in KEY_KINDS)
        raise KeyRefused(key, f"there is no such property. It could be one of {names}.")
    if found.kind not in KEY_KINDS:
        raise KeyRefused(key, f"it is of type {found.kind}; a key is text, an integer or a UUID.")


def _check_values(connection: duckdb.DuckDBPyConnection, key: str, files: Sequence[str]) -> None:
    keys = exp.select(exp.column(key, quoted=True).as_("key")).from_(VIEW).subquery("keys")
    query = (
        exp.select("key", "count(*)")
        .from_(keys)
        .group_by("key")
        .having("count(*) > 1 OR key IS NULL")
        .order_by("key NULLS FIRST")
        .limit(1)
    )
    try:
        found = connection.execute(text(query)).fetchall()
    except duckdb.Error as error:
        named = (file for file in files if file in str(error))
        raise SourceUnreadable(next(named, files[0])) from error
    for value, count in found:
        if value is None:
            raise KeyNull(key, count)
        raise KeyRepeated(key, value, count)
