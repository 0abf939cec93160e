"""Joins Parquet files of the same schema: their row groups, one after the other, in one footer.

pyarrow writes one row group after the other, on one core. Row groups that are written as files of
their own can be written side by side; only their footers say where a page lies, counted from the
beginning of the file, and those numbers are moved here. Everything else is kept as it is.

Sources: the file format and ``parquet.thrift`` at https://github.com/apache/parquet-format, and
Thrift's compact protocol, in which a footer is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAGIC = b"PAR1"

# Thrift's names for how a value is written.
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT, UUID = range(1, 14)
_FIXED = {BYTE: 1, DOUBLE: 8, UUID: 16}  # bytes

_NUM_ROWS, _ROW_GROUPS, _ORDINAL = 3, 4, 7


@dataclass(frozen=True, slots=True)
class _Shape:
    """The fields of a struct that are places in the file, and the structs that have such."""

    places: frozenset[int] = frozenset()
    inside: Mapping[int, _Shape] = field(default_factory=dict)


_COLUMN = _Shape(frozenset({9, 10, 11, 14}))  # data, index and dictionary pages, bloom filter
_CHUNK = _Shape(frozenset({2, 4, 6}), {3: _COLUMN})  # itself, offset index, column index
_GROUP = _Shape(frozenset({5}), {1: _CHUNK})


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A row group that can be put anywhere.

    :ivar data: its pages. :ivar rows: how many it holds.
    """

    data: memoryview
    rows: int
    _footer: bytes
    _begin: int
    _end: int
    _places: Sequence[tuple[int, int, int]]  # from, to, and the place that is written there
    _ordinal: tuple[int, int]

    def placed(self, at: int, number: int) -> bytes:
        """What the footer says of it, when it begins at a byte and is the n-th, from 0."""
        by = at - len(MAGIC)
        new = [(begin, end, _zigzag(place + by)) for begin, end, place in self._places]
        begin, end = self._ordinal
        new += [(begin, end, _zigzag(number))] if end else []
        parts, done = [], self._begin
        for begin, end, number_written in sorted(new):
            parts += [self._footer[done:begin], number_written]
            done = end
        return b"".join([*parts, self._footer[done : self._end]])


def row_group(file: memoryview) -> RowGroup:
    """The only row group of a Parquet file."""
    footer = _footer(file)
    reader = _Reader(footer)
    rows = begin = 0
    places: list[tuple[int, int, int]] = []
    ordinal = (0, 0)
    for name, kind in reader.fields():
        if name == _NUM_ROWS:
            rows = reader.number()
        elif name == _ROW_GROUPS:
            reader.items()
            begin = reader.at
            ordinal = reader.struct(_GROUP, places)
            end = reader.at
        else:
            reader.skip(kind)
    size = len(file) - len(footer) - 2 * len(MAGIC) - 4
    data = file[len(MAGIC) : len(MAGIC) + size]
    return RowGroup(data, rows, footer, begin, end, places, ordinal)


def joined_footer(file: memoryview, groups: Sequence[bytes], rows: int) -> bytes:
    """The end of a file of these row groups.

    :param file: one of the same schema, written the same way.
    :param groups: what the footer says of each, in order. :param rows: how many they hold.
    """
    footer = _footer(file)
    reader = _Reader(footer)
    parts, done = [], 0
    for name, kind in reader.fields():
        begin = reader.at
        reader.skip(kind)
        if name == _NUM_ROWS:
            parts += [footer[done:begin], _zigzag(rows)]
            done = reader.at
        elif name == _ROW_GROUPS:
            parts += [footer[done:begin], _list_of_structs(len(groups)), *groups]
            done = reader.at
    whole = b"".join([*parts, footer[done:]])
    return whole + len(whole).to_bytes(4, "little") + MAGIC


def _footer(file: memoryview) -> bytes:
    tail = len(file) - len(MAGIC) - 4
    size = int.from_bytes(file[tail : tail + 4], "little")
    return bytes(file[tail - size : tail])


class _Reader:
    """Reads values in Thrift's compact protocol; ``at`` is where the next one begins."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data

    def fields(self) -> Iterator[tuple[int, int]]:
        """The number and the kind of each field of a struct; whoever iterates reads its value."""
        name = 0
        while head := self._byte():
            name = name + (head >> 4) if head >> 4 else self.number()
            yield name, head & 15

    def number(self) -> int:
        written = self._unsigned()
        return (written >> 1) ^ -(written & 1)

    def items(self) -> tuple[int, int]:
        """How many a list has, and of which kind."""
        head = self._byte()
        return self._unsigned() if head >> 4 == 15 else head >> 4, head & 15

    def struct(self, shape: _Shape, places: list[tuple[int, int, int]]) -> tuple[int, int]:
        """Read a struct and note the places in it. Returns where a row group has its number."""
        ordinal = (0, 0)
        for name, kind in self.fields():
            begin = self.at
            if name in shape.places and kind == I64:
                place = self.number()
                if place:  # 0 stands for nowhere
                    places.append((begin, self.at, place))
            elif name in shape.inside:
                count = self.items()[0] if kind == LIST else 1
                for _ in range(count):
                    self.struct(shape.inside[name], places)
            else:
                self.skip(kind)
            if shape is _GROUP and name == _ORDINAL:
                ordinal = (begin, self.at)
        return ordinal

    def skip(self, kind: int) -> None:
        if kind in (TRUE, FALSE):
            return
        if kind in _FIXED:
            self.at += _FIXED[kind]
        elif kind == BINARY:
            size = self._unsigned()
            self.at += size
        elif kind in (LIST, SET):
            self._skip_items()
        elif kind == STRUCT:
            for _, each in self.fields():
                self.skip(each)
        elif kind == MAP:
            raise ValueError("a footer of Parquet has no maps")
        else:
            self._unsigned()

    def _skip_items(self) -> None:
        count, kind = self.items()
        if kind in (TRUE, FALSE):  # in a list they take a byte each
            self.at += count
            return
        for _ in range(count):
            self.skip(kind)

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _unsigned(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
        return value | byte << shift


def _zigzag(number: int) -> bytes:
    return _varint(number << 1 ^ number >> 63)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _list_of_structs(count: int) -> bytes:
    return (
        bytes([count << 4 | STRUCT]) if count < 15 else bytes([15 << 4 | STRUCT]) + _varint(count)
    )
