"""The documents of a source as a relation of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from exports.sources.sql import quoted, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from exports.query.schema import Property
    from exports.sources.source import Source

ROW = ".row"  # a property's name holds no dot, so that this one is always free
POSITION = ("file_index", "file_row_number")  # hidden columns of DuckDB's Parquet reader
FILE_BITS = 40  # a file holds fewer rows than 2^40


@dataclass(frozen=True, slots=True)
class Found:
    """The properties of a source's files, as they are read, and which of them are cast for it."""

    properties: tuple[Property, ...]
    cast: frozenset[str]


def scan(files: Sequence[str]) -> exp.Table:
    """The rows of Parquet files, file after file."""
    names = exp.Array(expressions=[exp.Literal.string(file) for file in files])
    # A folder called year=2013 must not add a column.
    plain = exp.PropertyEQ(this=exp.to_identifier("hive_partitioning"), expression=exp.false())
    return exp.Table(this=exp.Anonymous(this="read_parquet", expressions=[names, plain]))


def create_view(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, found: Found
) -> None:
    """Make ``name`` stand for the source's documents, each with its place in it as ``.row``.

    A column that is read as another type than it has is cast, and a value that does not fit fails
    the query.
    """
    columns = [_column(each, cast=each.name in found.cast) for each in found.properties]
    query = exp.select(*columns, _row(found.properties)).from_(scan(source.files))
    connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS {text(query)}")


def _column(each: Property, *, cast: bool) -> exp.Expr:
    column = exp.column(each.name, quoted=True)
    if not cast:
        return column
    kind = exp.DataType.build(each.sql, dialect=DuckDB)
    return exp.cast(column, kind).as_(each.name, quoted=True)


def _row(properties: Sequence[Property]) -> exp.Expr:
    if {each.name.lower() for each in properties}.isdisjoint(POSITION):
        file, number = (exp.column(name) for name in POSITION)
        row: exp.Expr = exp.Add(
            this=exp.Mul(
                this=exp.cast(file, "bigint"), expression=exp.Literal.number(1 << FILE_BITS)
            ),
            expression=number,
        )
    else:  # the source has columns of these names, which hide the reader's
        row = exp.Window(this=exp.RowNumber())
    return exp.alias_(row, ROW, quoted=True)
