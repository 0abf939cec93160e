"""DuckDB's readers of files, with everything set that they would otherwise guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.sources.source import SourceKind
from exports.sources.sql import literal
from exports.sources.trees import shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from exports.query.schema import Property
    from exports.sources.source import Source

LONGEST = 8_000_000  # bytes of a row of CSV; without a bound DuckDB passes over the last one


def parquet(files: Sequence[str]) -> str:
    """The rows of Parquet files, file after file."""
    return f"read_parquet({_list(files)}, hive_partitioning = false)"


def lines(files: Sequence[str]) -> str:
    """The documents of JSONL files, each as its text in the column ``json``."""
    return f"read_ndjson_objects({_list(files)}, hive_partitioning = false)"


def typed(source: Source, properties: Iterable[Property]) -> str:
    """The documents of JSONL files, as DuckDB reads them when told the types."""
    return _jsonl(source.files, {each.name: each.sql for each in properties})


def raw(source: Source, properties: Iterable[Property], files: Sequence[str] = ()) -> str:
    """The documents of text files, their scalars as they stand there.

    :param files: some of the source's files, instead of all.
    """
    columns = {each.name: shape(each, source.kind) for each in properties}
    if source.kind is SourceKind.JSONL:
        return _jsonl(files or source.files, columns)
    return (
        f"read_csv({_list(files or source.files)}, hive_partitioning = false, "
        f"auto_detect = false, columns = {_struct(columns)}, header = true, "
        f"delim = {literal(source.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
        "nullstr = '', allow_quoted_nulls = false, null_padding = false, "
        f"max_line_size = {LONGEST})"  # never "parallel = false", with which rows can be lost
    )


def _jsonl(files: Sequence[str], columns: Mapping[str, str]) -> str:
    return (
        f"read_json({_list(files)}, hive_partitioning = false, format = 'newline_delimited', "
        f"auto_detect = false, records = 'true', columns = {_struct(columns)})"
    )


def _list(files: Sequence[str]) -> str:
    return f"[{', '.join(literal(file) for file in files)}]"


def _struct(columns: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{literal(name)}: {literal(sql)}' for name, sql in columns.items())}}}"
