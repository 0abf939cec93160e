"""Compression around text: members of gzip, frames of zstd, each readable by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard
from isal import isal_zlib

from exports.engine.encoders.base import Piece
from exports.engine.index import Mark
from exports.engine.request import Compression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FRAME = 1 << 20  # bytes of text
FASTEST = 1
WITH_GZIP_HEADER = 31  # zlib's way to say it; no time and no name are in it

EXTENSIONS = {Compression.GZIP: ".gz", Compression.ZSTD: ".zst"}
CONTENT_TYPES = {Compression.GZIP: "application/gzip", Compression.ZSTD: "application/zstd"}


def compressed(
    pieces: Iterable[Piece], kind: Compression, note: Callable[[Mark], None] | None = None
) -> Iterator[Piece]:
    """The pieces of a text, compressed by gzip or zstd; each that comes out is one whole frame.

    A frame holds at least 1 MiB of text and ends with a line, so that a longer line makes a
    longer one; no text makes one empty frame. As many rows come out as went in. The libraries
    let other threads run meanwhile.

    :param note: told of one place for each piece where a frame begins, and last of the end. The
        pieces must be as many whole lines as they have rows.
    """
    compress = _compressor(kind)
    rows = text = file = 0
    for frame in _frames(pieces):
        data = compress(frame.data)
        yield Piece(data, frame.rows)
        rows += frame.rows
        text += len(frame.data)
        file += len(data)
        if note and frame.tail:
            lines = frame.data.count(b"\n", len(frame.data) - frame.tail)
            note(Mark(frame.before + lines, text, file))
    if note:
        note(Mark(rows, text, file))


def _compressor(kind: Compression) -> Callable[[memoryview | bytes], bytes]:
    if kind is Compression.GZIP:
        return lambda text: isal_zlib.compress(text, FASTEST, WITH_GZIP_HEADER)
    if kind is Compression.ZSTD:
        return zstandard.ZstdCompressor(level=FASTEST, write_checksum=True).compress
    raise ValueError(f"{kind} is nothing that goes around text")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The text of a frame.

    :ivar rows: of the pieces that begin in it.
    :ivar before: the rows of all pieces before the one in which it ends.
    :ivar tail: how many of its last bytes that piece begins with, when no earlier frame ends in
        it: so that only a little of the text is searched for its lines.
    """

    data: bytes
    rows: int
    before: int
    tail: int = 0


def _frames(pieces: Iterable[Piece]) -> Iterator[_Frame]:
    waiting: list[bytes] = []  # kept apart, so that a line of many pieces is joined only once
    size = rows = total = 0
    empty = True
    for piece in pieces:
        data, start = bytes(piece.data), 0
        rows += piece.rows
        while end := data.find(b"\n", start + max(FRAME - size - 1, 0)) + 1:
            tail = 0 if start else end
            yield _Frame(b"".join([*waiting, data[start:end]]), rows, total, tail)
            waiting, size, rows, start, empty = [], 0, 0, end, False
        waiting.append(data[start:])
        size += len(data) - start
        total += piece.rows
    if size or empty:
        yield _Frame(b"".join(waiting), rows, total)
