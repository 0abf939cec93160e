"""Lines of JSON that wait in the scratch folder until it is their turn to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.engine.encoders.base import Piece
from exports.engine.encoders.texts import json_lines
from exports.engine.explain import explain_write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

CHUNK = 1 << 20  # bytes


class Spool:
    """Takes rows, and gives them back as the pieces of a JSON Lines file.

    ``lines`` says how many it holds. The file is there from the first row on; whoever owns its
    folder removes it. One thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self.lines = 0
        self._path = path

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep one line for each row.

        :raises StorageFull: the disk is full.
        :raises StorageFailed: the disk does not take them.
        """
        if not len(batch):
            return
        try:
            with self._path.open("ab") as file:
                file.write(json_lines(batch))
        except OSError as error:
            raise explain_write(error) from error
        self.lines += len(batch)

    def pieces(self) -> Iterator[Piece]:
        """All lines so far, in pieces of 1 MiB."""
        if not self.lines:
            return
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield Piece(chunk, chunk.count(b"\n"))
