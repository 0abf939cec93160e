"""How much there is to read: from the footers of Parquet files, without touching their data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Sequence

# DuckDB writes a column of a row group as pages of up to 100 MB, and a reading thread holds one of
# each column, in a block whose size is a power of two.
WEIGH = """
    SELECT
        coalesce(sum(rows), 0)::BIGINT,
        coalesce(max(held), 0)::BIGINT,
        coalesce(max(size / greatest(rows, 1)), 0)::BIGINT
    FROM (
        SELECT
            any_value(row_group_num_rows) AS rows,
            sum(total_uncompressed_size) AS size,
            sum(2 ** ceil(log2(least(greatest(total_uncompressed_size, 1), 100_000_000)))) AS held
        FROM parquet_metadata(?)
        GROUP BY file_name, row_group_id
    )
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """What files hold.

    :ivar documents: how many, exactly.
    :ivar pages: what one thread holds of them while it reads a row group, at most, in bytes.
    :ivar document: the bytes of a document, on average, in the row group where they are largest.
    """

    documents: int
    pages: int
    document: int


def weigh(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> Weight:
    """The weight of Parquet files; nothing when one cannot be read, which is told elsewhere."""
    try:
        return Weight(*connection.execute(WEIGH, [list(files)]).fetchall()[0])
    except duckdb.Error:
        return Weight(0, 0, 0)
