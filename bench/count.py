"""How many rows a file holds, counted by a library that none of the contenders writes with.

``python -m bench.count FORMAT PATH`` prints the number; with ``filtered`` in place of a format it
prints how many documents of Parquet files the filter of the bench keeps.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from bench.work import SCORE, STATUS

CHUNK = 1 << 20


def lines(path: str) -> int:
    """The lines of a file: JSON holds no bare newline within a document."""
    with Path(path).open("rb", buffering=0) as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK), b""))


def records(path: str) -> int:
    """The records of a CSV file, whose cells may hold newlines; the header is none."""
    batches = pyarrow.csv.open_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(include_columns=["document_id"]),
    )
    return sum(batch.num_rows for batch in batches)


def kept(path: str) -> int:
    """The documents of a Parquet file that the filter keeps."""
    table = pq.read_table(path, columns=["status", "score"])
    true = pc.and_(pc.equal(table["status"], STATUS), pc.greater_equal(table["score"], SCORE))
    return pc.sum(true).as_py() or 0


COUNTS = {
    "jsonl": lines,
    "csv": records,
    "parquet": lambda path: pq.read_metadata(path).num_rows,
    "filtered": kept,
}

if __name__ == "__main__":
    print(sum(COUNTS[sys.argv[1]](path) for path in sys.argv[2:]))
