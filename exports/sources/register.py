"""Taking a source in: what it holds is read and checked once, before anything is exported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from exports.query.schema import Property, Schema
from exports.sources import footers
from exports.sources.connection import connect
from exports.sources.errors import (
    KeyMissing,
    KeyNull,
    KeyRefused,
    KeyRepeated,
    SourceError,
    SourceMoved,
    SourceTooLarge,
    SourceUnreadable,
)
from exports.sources.faults import explain
from exports.sources.fetch import fetched
from exports.sources.headers import delimiter_of
from exports.sources.infer import infer
from exports.sources.keys import KEY_KINDS, could_be_keys, repeated
from exports.sources.locate import locate
from exports.sources.relation import Found, create_view
from exports.sources.snapshot import snapshot
from exports.sources.source import Source, SourceKind
from exports.sources.sql import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from exports.sources.remote import Remote
    from exports.sources.weight import Weight

MEMORY = 512_000_000
SPILL = 64 << 30
VIEW = "documents"


@dataclass(frozen=True, slots=True)
class Registered:
    """A source that was found fit to be exported, with its schema and number of documents."""

    source: Source
    schema: Schema
    documents: int


def register(
    locations: Sequence[str],
    *,
    key: str,
    roots: Sequence[Path],
    scratch: Path,
    remote: Remote | None = None,
) -> Registered:
    """Find the files of a source, read their schema and check the key.

    All keys are read once, and of text files all values; what does not fit into 512 MB is spilled
    to ``scratch``.

    :param locations: files of Parquet, JSONL or CSV, or folders of them; relative ones begin at
        the first root.
    :param key: the property that names a document: there, never null, and unique. Empty: the
        first that could.
    :param roots: the folders that the operator allowed.
    :param scratch: a folder for what is spilled, and for what lies elsewhere.
    :param remote: reads what lies elsewhere.
    :raises SourceError: the locations, the files, a property or the key cannot be used; each
        reason has its own class.
    """
    kind, files = locate(locations, roots, remote)
    before = snapshot(Source(kind, files), remote)
    source = Source(kind, files, checked=before)
    with fetched(source, before, remote, scratch / "source") as near:
        delimiter = delimiter_of(near.files[0]) if kind is SourceKind.CSV else ""
        near, source = replace(near, delimiter=delimiter), replace(source, delimiter=delimiter)
        schema, documents = _look(near, key, scratch)
    if snapshot(source, remote) != before:
        raise SourceMoved
    return Registered(source, schema, documents)


def _look(source: Source, key: str, scratch: Path) -> tuple[Schema, int]:
    """What all of the documents are like, and how many they are."""
    # One thread finds the properties of text in the order in which they turn up, in little memory.
    threads = 1 if source.kind.is_text else 2
    connection, [weight] = connect(
        [source], scratch=scratch, memory=MEMORY, spill=SPILL, threads=threads
    )
    try:
        if source.kind.is_text:
            found, documents = _read_text(connection, source, weight)
        else:
            found, documents = _read_parquet(connection, source, weight)
        if key:
            _check_kind(key, found.properties)
        create_view(connection, VIEW, source, found)
        key = _found_key(connection, key, source, found)
    finally:
        connection.close()
    return Schema(key, found.properties), documents


def _read_parquet(
    connection: duckdb.DuckDBPyConnection, source: Source, weight: Weight
) -> tuple[Found, int]:
    return footers.read_properties(connection, source.files), weight.documents or 0


def _read_text(
    connection: duckdb.DuckDBPyConnection, source: Source, weight: Weight
) -> tuple[Found, int]:
    """What text files hold, all of whose values were read, and how many documents."""
    properties: tuple[Property, ...] = ()
    try:
        properties = infer(connection, source, document=weight.document)
        create_view(connection, "doubtful", source, Found(properties, doubtful=True))
        values = ", ".join(f"count({quoted(each.name)})" for each in properties)
        counts = connection.execute(f"FROM doubtful SELECT count(*), {values}").fetchall()
    except (duckdb.Error, OSError) as error:  # batches of Arrow fail with the latter
        raise _explained(connection, source, properties, error) from error
    return Found(properties, doubtful=source.kind is SourceKind.CSV), counts[0][0]


def _explained(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    properties: Sequence[Property],
    error: duckdb.Error | OSError,
) -> SourceError:
    if isinstance(error, duckdb.OutOfMemoryException):
        return SourceTooLarge(MEMORY)
    fault = explain(connection, source, properties, error)
    return fault or SourceUnreadable(_named(source, error), source.kind)


def _named(source: Source, error: duckdb.Error | OSError) -> str:
    named = (file for file in source.files if file in str(error))
    return next(named, source.files[0])


def _check_kind(key: str, properties: Sequence[Property]) -> None:
    found = next((each for each in properties if each.name == key), None)
    if found is None:
        names = ", ".join(repr(each.name) for each in properties if each.kind in KEY_KINDS)
        raise KeyRefused(key, f"there is no such property. It could be one of {names}.")
    if found.kind not in KEY_KINDS:
        raise KeyRefused(key, f"it is of type {found.kind}; a key is text, an integer or a UUID.")


def _found_key(
    connection: duckdb.DuckDBPyConnection, key: str, source: Source, found: Found
) -> str:
    """The key, or the first property that could be it when none is named."""
    try:
        if not key:
            names = could_be_keys(connection, VIEW, found.properties)
            if not names:
                raise KeyMissing
            return names[0]
        if twice := repeated(connection, VIEW, key):
            others = could_be_keys(connection, VIEW, found.properties)
            value, count = twice
            raise (
                KeyNull(key, count, others)
                if value is None
                else KeyRepeated(key, value, count, others)
            )
    except duckdb.Error as error:
        raise SourceUnreadable(_named(source, error), source.kind) from error
    return key
