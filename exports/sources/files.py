"""The bytes of a text file as they read, whatever they are compressed with."""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa

from exports.sources.errors import FileDamaged
from exports.sources.locate import COMPRESSED
from exports.sources.source import SourceKind

if TYPE_CHECKING:
    from exports.sources.source import Source

PIECE = 1 << 20  # bytes
MARKED = "it begins with a byte order mark; save the file without one."
UNREADABLE = "it is cut short, damaged, or not compressed as its name says."


def plain(file: str) -> BinaryIO:
    """The file, decompressed; reading raises ``OSError`` where it is damaged."""
    # A plain file is opened by Python, which reads lines faster.
    return cast("BinaryIO", _stream(file)) if file.endswith(COMPRESSED) else open(file, "rb")


def check_whole(source: Source) -> None:
    """What DuckDB may not notice: a compressed file without its end, and JSONL with a mark.

    :raises FileDamaged: a file is cut short, is not compressed as its name says, or is JSONL that
        begins with a byte order mark.
    """
    for file in source.files:
        try:
            start = _read_through(file)
        except OSError as error:
            raise FileDamaged(file, None, UNREADABLE) from error
        if source.kind is SourceKind.JSONL and start.startswith(BOM_UTF8):
            raise FileDamaged(file, 1, MARKED)


def _read_through(file: str) -> bytes:
    """The first bytes; a compressed file is read to its end."""
    with plain(file) as stream:
        start = stream.read(len(BOM_UTF8))
        while file.endswith(COMPRESSED) and stream.read(PIECE):
            pass
    return start


def _stream(file: str) -> io.BufferedReader:
    return io.BufferedReader(pa.input_stream(file), PIECE)
