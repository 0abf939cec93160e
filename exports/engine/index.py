"""The newline index: where lines begin in a text and in the file that holds it, every so often."""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exports.engine.encoders.base import Piece

BINARY = "application/octet-stream"
ENDING = ".index"
MAGIC = b"newline index 1\n"
MARK = struct.Struct("<QQQ")
NEAR = 1 << 20  # bytes of text between two marks, at least
MOST = 1 << 14  # marks: 400 kB


class IndexBroken(ValueError):
    """The bytes are no newline index."""


class Mark(NamedTuple):
    """A place where a line begins: what comes before it.

    :ivar lines: how many lines. :ivar text: bytes of text. :ivar file: bytes of the file.
    """

    lines: int
    text: int
    file: int


START = Mark(0, 0, 0)


class Newlines:
    """Collects the marks of a file that is being written. The more there are, the fewer it keeps,
    so that memory does not grow with the file.
    """

    def __init__(self, *, most: int = MOST) -> None:
        self._marks = [START]
        self._end = START
        self._near = NEAR
        self._most = most

    def note(self, mark: Mark) -> None:
        """Tell of a place where a line begins; the last one told of is the end of the text."""
        self._end = mark
        if mark.text - self._marks[-1].text >= self._near:
            self._marks.append(mark)
        if len(self._marks) > self._most:
            self._near *= 2
            self._marks = self._marks[::2]

    def noted(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The same pieces, each of which is as many whole lines as it has rows."""
        lines = text = 0
        for piece in pieces:
            yield piece
            lines += piece.rows
            text += len(piece.data)
            self.note(Mark(lines, text, text))

    def to_bytes(self) -> bytes:
        """The index as it is stored; :meth:`Index.from_bytes` reads it."""
        return MAGIC + b"".join(MARK.pack(*each) for each in [*self._marks, self._end])


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a file that holds certain lines: whole frames, where it is compressed.

    :ivar start: where it begins. :ivar end: where it ends in the file, not included.
    """

    start: Mark
    end: int


@dataclass(frozen=True, slots=True)
class Index:
    """Finds lines.

    :ivar marks: in order, the first at the start, the last at the end.
    """

    marks: tuple[Mark, ...]

    @classmethod
    def from_bytes(cls, data: bytes) -> Index:
        """:raises IndexBroken: they are something else."""
        body = data.removeprefix(MAGIC)
        if len(body) == len(data) or not body or len(body) % MARK.size:
            raise IndexBroken
        return cls(tuple(map(Mark._make, MARK.iter_unpack(body))))

    @property
    def lines(self) -> int:
        """All lines of the text."""
        return self.marks[-1].lines

    @property
    def bytes(self) -> int:
        """All bytes of the text, before compression."""
        return self.marks[-1].text

    def of_lines(self, line: int, limit: int) -> Span:
        """Where ``limit`` lines lie, the first of which is number ``line``, from 0."""
        at = bisect_right(self.marks, line, key=lambda mark: mark.lines) - 1
        return Span(self.marks[at], self._until(line + limit))

    def of_byte(self, offset: int) -> Span:
        """Where the line lies that a byte of the text is in."""
        after = bisect_right(self.marks, offset, key=lambda mark: mark.text)
        return Span(self.marks[after - 1], self.marks[min(after, len(self.marks) - 1)].file)

    def _until(self, line: int) -> int:
        at = bisect_left(self.marks, line, key=lambda mark: mark.lines)
        return self.marks[min(at, len(self.marks) - 1)].file
