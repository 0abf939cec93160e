"""DuckDB's COPY to a file, and Python's ``zipfile`` at its fastest level after it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from bench.peers import duckdb_copy

if TYPE_CHECKING:
    from pathlib import Path

    from bench.work import Task


def export(task: Task) -> Path:
    """Copy the documents, then put the file into a zip."""
    copied = duckdb_copy.export(task)
    path = task.out / "documents.zip"
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(copied, copied.name)
    copied.unlink()
    return path
