"""Reads lines out of the middle of a JSON Lines file, compressed or not."""

from __future__ import annotations

from contextlib import closing
from gzip import BadGzipFile
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Protocol

import zstandard
from isal import igzip, igzip_lib

from exports.engine.request import Compression

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from exports.engine.index import Index, Span

CHUNK = 1 << 20  # bytes
# What the libraries say of bytes that are not what was compressed.
_ISAL: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]  # its stub is wrong
DAMAGED = (_ISAL, zstandard.ZstdError, BadGzipFile, EOFError)


class LinesBroken(Exception):
    """The file is not what its index is of: cut short, or altered."""


class Chunks(Protocol):
    """The bytes of a part of a file."""

    def __iter__(self) -> Iterator[bytes]: ...

    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


def lines_from(
    index: Index,
    open_file: Callable[[int, int], Chunks],
    around: Compression | None,
    *,
    line: int,
    limit: int,
) -> Generator[bytes, None, None]:
    """At most ``limit`` lines from number ``line`` on, counted from 0, as text in chunks.

    :param index: of the file.
    :param open_file: gives the bytes of the file from one place up to another.
    :param around: the compression around the text, if there is any.
    :raises LinesBroken: the file is damaged there.
    """
    span = index.of_lines(line, limit)
    with closing(open_file(span.start.file, span.end)) as chunks:
        text = plain_texts(_whole(chunks, span), around)
        yield from _taken(text, skip=line - span.start.lines, limit=limit)


def line_after(
    index: Index,
    open_file: Callable[[int, int], Chunks],
    around: Compression | None,
    *,
    offset: int,
) -> int:
    """The number of the first line that begins at byte ``offset`` of the text, or after it.

    That of a line more than there are, when none begins there.

    :raises LinesBroken: the file is damaged there.
    """
    span = index.of_byte(offset)
    # When the byte before the offset ends a line, the wanted one begins just there.
    inside = offset - span.start.text - 1
    if inside < 0:
        return span.start.lines
    found = 0
    with closing(open_file(span.start.file, span.end)) as chunks:
        for text in plain_texts(_whole(chunks, span), around):
            found += text.count(b"\n", 0, max(0, inside))
            inside -= len(text)
            if inside <= 0:
                break
    return span.start.lines + found + 1


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Raw(RawIOBase):
    """Chunks as a file that can be read once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def plain_texts(chunks: Iterable[bytes], around: Compression | None) -> Iterator[bytes]:
    """The text of whole frames, in chunks of a bounded size, however well it was compressed."""
    if around is None:
        yield from chunks
        return
    reader = _reader(BufferedReader(_Raw(chunks)), around)
    try:
        while text := reader.read(CHUNK):
            yield text
    except DAMAGED as error:
        raise LinesBroken from error


def _whole(chunks: Iterable[bytes], span: Span) -> Iterator[bytes]:
    """All bytes of a part of the file. Of fewer, zstd would make fewer lines without a word."""
    missing = span.end - span.start.file
    for chunk in chunks:
        missing -= len(chunk)
        yield chunk
    if missing > 0:
        raise LinesBroken


def _reader(file: BufferedReader, around: Compression) -> _Readable:
    if around is Compression.GZIP:
        return igzip.IGzipFile(fileobj=file, mode="rb")  # type: ignore[no-untyped-call]
    return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)


def _taken(texts: Iterable[bytes], *, skip: int, limit: int) -> Iterator[bytes]:
    """What follows after ``skip`` line ends, up to the one that ends ``limit`` lines."""
    for text in texts:
        ends = text.count(b"\n")
        if ends < skip:
            skip -= ends
            continue
        rest = text[_end_of(text, skip) :]
        ends, skip = ends - skip, 0
        if ends >= limit:
            yield rest[: _end_of(rest, limit)]
            return
        if rest:
            yield rest
        limit -= ends


def _end_of(text: bytes, lines: int) -> int:
    """Where so many lines end. Halved again and again, since a loop over lines would be slow."""
    if not lines:
        return 0
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        found = text.count(b"\n", low, middle)
        if found < lines:
            low, lines = middle, lines - found
        else:
            high = middle
    return high
