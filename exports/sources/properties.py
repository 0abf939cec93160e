"""What documents a source holds: the properties of its files, of whatever kind they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.sources import footers
from exports.sources.files import check_whole
from exports.sources.headers import check_headers
from exports.sources.relation import Found
from exports.sources.snapshot import snapshot
from exports.sources.source import SourceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from exports.query.schema import Property
    from exports.sources.source import Source


def read_properties(
    connection: duckdb.DuckDBPyConnection, source: Source, known: Sequence[Property]
) -> Found:
    """The properties of the source's documents, found without reading these.

    Parquet says itself what it holds. Text does not, and is taken to hold what is known: when its
    files are as they were when all their values were checked, it does, and is read as fast as it
    can be; else each value is checked when it is read.

    :param known: the properties of the collection's schema.
    :raises SourceError: a file cannot be read; each reason has its own class.
    """
    if not source.kind.is_text:
        return footers.read_properties(connection, source.files)
    unchanged = source.checked is not None and source.checked == snapshot(source)
    if not unchanged:
        check_whole(source)
    if source.kind is SourceKind.CSV:
        check_headers(source, [each.name for each in known])
    # Every cell of CSV is text at first, so that its values are looked at in any case.
    return Found(tuple(known), doubtful=source.kind is SourceKind.CSV or not unchanged)
