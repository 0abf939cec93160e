"""pyarrow's reader of Parquet and its ``ParquetWriter``, batch by batch.

It is asked to write what we write: zstd, and no dictionary, which vectors have no use for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    from bench.work import Task

COLUMNS = ["document_id", "embedding"]
ROWS = 8192  # of a row group: 24 MiB


def export(task: Task) -> Path:
    """Write the vectors of the documents, each with its key."""
    path = task.out / "vectors.parquet"
    first = pq.ParquetFile(task.files[0])
    schema = first.schema_arrow.empty_table().select(COLUMNS).schema
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=False) as writer:
        for file in task.files:
            for batch in pq.ParquetFile(file).iter_batches(ROWS, columns=COLUMNS):
                writer.write_batch(batch, row_group_size=ROWS)
    return path
