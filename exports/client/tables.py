"""A result as an Arrow table. pyarrow is needed for it, and loaded only then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exports.client.errors import MissingLibrary, NoTable

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa


def table_read(path: Path, uid: str, format: str) -> pa.Table:  # noqa: A002 - the request's word
    """A data file, compressed or not.

    :raises NoTable: of another format than Parquet, JSON Lines and CSV.
    :raises MissingLibrary: pyarrow is not installed.
    """
    try:
        from pyarrow import csv, json, parquet
    except ImportError:
        raise MissingLibrary("pyarrow") from None
    readers: dict[str, Any] = {
        "parquet": parquet.read_table,
        "jsonl": json.read_json,
        "csv": csv.read_csv,
    }
    if format not in readers:
        raise NoTable(uid)
    return readers[format](path)
