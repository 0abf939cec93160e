"""Compression around text: members of gzip, frames of zstd, each readable by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard
from isal import isal_zlib

from exports.engine.encoders.base import Piece
from exports.engine.request import Compression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FRAME = 1 << 20  # bytes of text
FASTEST = 1
WITH_GZIP_HEADER = 31  # zlib's way to say it; no time and no name are in it

EXTENSIONS = {Compression.GZIP: ".gz", Compression.ZSTD: ".zst"}
CONTENT_TYPES = {Compression.GZIP: "application/gzip", Compression.ZSTD: "application/zstd"}


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a member or frame begins: what comes before it.

    :ivar text: bytes before compression.
    :ivar file: bytes after it.
    :ivar lines: line ends.
    """

    text: int
    file: int
    lines: int


def compressed(
    pieces: Iterable[Piece], kind: Compression, note: Callable[[Frame], None] | None = None
) -> Iterator[Piece]:
    """The pieces of a text, compressed by gzip or zstd; each that comes out is one whole frame.

    A frame holds at least 1 MiB of text and ends with a line, so that a longer line makes a
    longer one; no text makes one empty frame. As many rows come out as went in. The libraries
    let other threads run meanwhile.

    :param note: told where each frame begins, in order.
    """
    compress = _compressor(kind)
    text = file = lines = 0
    for frame in _frames(pieces):
        if note:
            note(Frame(text, file, lines))
        data = compress(frame.data)
        yield Piece(data, frame.rows)
        text += len(frame.data)
        file += len(data)
        lines += bytes(frame.data).count(b"\n")


def _compressor(kind: Compression) -> Callable[[memoryview | bytes], bytes]:
    if kind is Compression.GZIP:
        return lambda text: isal_zlib.compress(text, FASTEST, WITH_GZIP_HEADER)
    if kind is Compression.ZSTD:
        return zstandard.ZstdCompressor(level=FASTEST, write_checksum=True).compress
    raise ValueError(f"{kind} is nothing that goes around text")


def _frames(pieces: Iterable[Piece]) -> Iterator[Piece]:
    waiting: list[bytes] = []  # kept apart, so that a line of many pieces is joined only once
    size = rows = 0
    empty = True
    for piece in pieces:
        data, start = bytes(piece.data), 0
        rows += piece.rows
        while end := data.find(b"\n", start + max(FRAME - size - 1, 0)) + 1:
            yield Piece(b"".join([*waiting, data[start:end]]), rows)
            waiting, size, rows, start, empty = [], 0, 0, end, False
        waiting.append(data[start:])
        size += len(data) - start
    if size or empty:
        yield Piece(b"".join(waiting), rows)
