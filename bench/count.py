"""How many rows a file holds, counted apart from who wrote it.

``python -m bench.count FORMAT PATH`` prints the number; the format is also that of what is packed
around lines. With ``filtered`` in its place it prints how many documents of Parquet files the
filter of the bench keeps, with ``elements`` how many elements their lists of items have.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import zstandard

from bench.sealed import opened

if TYPE_CHECKING:
    from collections.abc import Callable

from bench.work import SCORE, STATUS

CHUNK = 1 << 20


def lines(path: str) -> int:
    """The lines of a file: JSON holds no bare newline within a document."""
    with Path(path).open("rb", buffering=0) as file:
        return _lines(file.read)


def gzipped(path: str) -> int:
    """The lines of a file of gzip members."""
    with gzip.open(path) as file:
        return _lines(file.read)


def zstandardised(path: str) -> int:
    """The lines of a file of Zstandard frames."""
    reader = zstandard.ZstdDecompressor()
    with Path(path).open("rb") as file, reader.stream_reader(file, read_across_frames=True) as text:
        return _lines(text.read)


def zipped(path: str) -> int:
    """The lines of the largest file in a zip: beside the data lie its checksum and its errors."""
    with ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda member: member.file_size)
        with archive.open(largest) as file:
            return _lines(file.read)


def _lines(read: Callable[[int], bytes]) -> int:
    return sum(chunk.count(b"\n") for chunk in iter(lambda: read(CHUNK), b""))


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


def elements(path: str) -> int:
    """The elements of the documents' items in a Parquet file."""
    items = pq.read_table(path, columns=["items"])["items"]
    return pc.sum(pc.list_value_length(items)).as_py() or 0


COUNTS = {
    "jsonl": lines,
    "csv": records,
    "parquet": lambda path: pq.read_metadata(path).num_rows,
    "gzip": gzipped,
    "zstd": zstandardised,
    "zip": zipped,
    "filtered": kept,
    "elements": elements,
}

if __name__ == "__main__":
    print(sum(COUNTS[sys.argv[1]](str(opened(Path(path)))) for path in sys.argv[2:]))
