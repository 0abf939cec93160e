"""The documents of a source as a relation of SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from exports.query.schema import Property
    from exports.sources.source import Source

ROW = ".row"  # a property's name holds no dot, so that this one is always free
POSITION = ("file_index", "file_row_number")  # hidden columns of DuckDB's Parquet reader
FILE_BITS = 40  # a file holds fewer rows than 2^40


def scan(files: Sequence[str]) -> exp.Table:
    """The rows of Parquet files, file after file."""
    names = exp.Array(expressions=[exp.Literal.string(file) for file in files])
    # A folder called year=2013 must not add a column.
    plain = exp.PropertyEQ(this=exp.to_identifier("hive_partitioning"), expression=exp.false())
    return exp.Table(this=exp.Anonymous(this="read_parquet", expressions=[names, plain]))


def create_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: Source,
    properties: Sequence[Property],
) -> None:
    """Make ``name`` stand for the source's documents, each with its place in it as ``.row``.

    :param properties: how to read the columns; those whose type is another in the files are cast,
        and a value that does not fit fails the query.
    """
    found = connection.sql(exp.select("*").from_(scan(source.files[:1])).sql("duckdb"))
    types = dict(zip(found.columns, found.types, strict=True))
    columns: list[exp.Expr] = []
    for each in properties:
        column: exp.Expr = exp.column(each.name, quoted=True)
        if types[each.name] != connection.sqltype(each.sql):
            column = exp.cast(column, exp.DataType.build(each.sql, dialect="duckdb"))
        columns.append(exp.alias_(column, each.name, quoted=True))
    query = exp.select(*columns, _row(types)).from_(scan(source.files)).sql("duckdb")
    connection.execute(f"CREATE TEMP VIEW {_quoted(name)} AS {query}")


def _row(columns: Iterable[str]) -> exp.Expr:
    if {column.lower() for column in columns}.isdisjoint(POSITION):
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


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")
