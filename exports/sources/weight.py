"""How much there is to read, told without reading it."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import duckdb

from exports.sources.files import plain
from exports.sources.locate import COMPRESSED
from exports.sources.source import SourceKind

if TYPE_CHECKING:
    from exports.sources.source import Source

# DuckDB writes a column of a row group as pages of up to 100 MB, and a reading thread holds one of
# each column, in a block whose size is a power of two.
WEIGH = """
    WITH
        chunks AS MATERIALIZED (
            SELECT
                file_name, row_group_id, row_group_num_rows AS rows,
                total_uncompressed_size AS size,
                split_part(path_in_schema, ', ', 1) AS name
            FROM parquet_metadata(?)
        ),
        groups AS (
            SELECT
                any_value(rows) AS rows,
                sum(size) AS size,
                sum(2 ** ceil(log2(least(greatest(size, 1), 100_000_000)))) AS held
            FROM chunks
            GROUP BY file_name, row_group_id
        ),
        columns AS (SELECT name, sum(size)::BIGINT AS size FROM chunks GROUP BY name)
    SELECT
        (SELECT coalesce(sum(rows), 0)::BIGINT FROM groups),
        (SELECT coalesce(max(held), 0)::BIGINT FROM groups),
        (SELECT coalesce(max(size / greatest(rows, 1)), 0)::BIGINT FROM groups),
        (SELECT list(struct_pack(name, size)) FROM columns)
"""
BUFFERS = 32_000_000  # bytes that a thread holds of a text file
GROWTH = 5  # how much larger text is than what it was compressed to, about
SAMPLE = 1 << 18  # bytes of the first file that stand for all


@dataclass(frozen=True, slots=True)
class Weight:
    """What the files of a source hold.

    :ivar documents: how many, exactly; None when only reading them would tell.
    :ivar pages: what one thread holds of them while it reads, at most, in bytes.
    :ivar document: the bytes of a document: on average, where they are largest; for text about.
    :ivar columns: how many bytes the values of each property take when read, about.
    """

    documents: int | None
    pages: int
    document: int
    columns: Mapping[str, int] = field(default_factory=dict)


def weigh(connection: duckdb.DuckDBPyConnection, source: Source) -> Weight:
    """The weight of a source; nothing when a file cannot be read, which is told elsewhere."""
    try:
        return _of_text(source) if source.kind.is_text else _of_parquet(connection, source)
    except (duckdb.Error, OSError, ValueError, csv.Error):
        return Weight(0, 0, 0)


def _of_parquet(connection: duckdb.DuckDBPyConnection, source: Source) -> Weight:
    [found] = connection.execute(WEIGH, [list(source.files)]).fetchall()
    documents, pages, document, columns = found
    sizes = {each["name"]: each["size"] for each in columns or ()}
    return Weight(documents, pages, document, sizes)


def _of_text(source: Source) -> Weight:
    size = sum(_plain_size(file) for file in source.files)
    with plain(source.files[0]) as stream:
        start = stream.read(SAMPLE)
    whole = start[: start.rfind(b"\n") + 1] or start
    count = max(whole.count(b"\n"), 1)
    shares = _shares_of_csv(whole, source) if source.kind is SourceKind.CSV else _shares(whole)
    total = max(sum(shares.values()), 1)
    columns = {name: size * share // total for name, share in shares.items()}
    return Weight(None, BUFFERS, len(whole) // count, columns)


def _plain_size(file: str) -> int:
    return os.path.getsize(file) * (GROWTH if file.endswith(COMPRESSED) else 1)


def _shares(sample: bytes) -> Counter[str]:
    shares = Counter[str]()
    for line in islice(sample.splitlines(), 100):
        document = json.loads(line) if line.strip() else None
        for name, value in document.items() if isinstance(document, dict) else ():
            shares[name] += len(json.dumps(value))
    return shares


def _shares_of_csv(sample: bytes, source: Source) -> Counter[str]:
    text = io.StringIO(sample.decode("utf-8-sig", "replace"), newline="")
    names, *rows = islice(csv.reader(text, delimiter=source.delimiter), 100)
    shares = Counter[str]()
    for row in rows:
        for name, cell in zip(names, row, strict=False):
            shares[name] += len(cell)
    return shares
