"""The newline index: any line of a file is found, and reading it gives what a full read gives."""

from __future__ import annotations

import gzip
import io
import random
from itertools import accumulate
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
import zstandard

from exports.engine.compression import compressed
from exports.engine.encoders.base import Piece
from exports.engine.index import START, Index, IndexBroken, Mark, Newlines
from exports.engine.lines import LinesBroken, line_after, lines_from
from exports.engine.request import Compression
from tests.engine.exporting import of_table

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

KINDS = [None, Compression.GZIP, Compression.ZSTD]
SEED = random.Random(4)
# Short ones, empty ones, some of many characters, and one that is longer than every chunk.
LINES = [b"%d:%s\n" % (i, b"x" * SEED.choice([0, 1, 30, 200, 3000])) for i in range(9_000)]
LINES[4_000] = b"\xc3\xa9" * 3_000_000 + b"\n"
LINES[7_000:7_100] = [b"\n"] * 100
TEXT = b"".join(LINES)


class Stored:
    """A file of lines, with its index."""

    def __init__(self, around: Compression | None, *, at_once: int = 500, most: int = 99) -> None:
        newlines = Newlines(most=most)
        parts = [LINES[at : at + at_once] for at in range(0, len(LINES), at_once)]
        pieces = [Piece(b"".join(part), len(part)) for part in parts]
        noted = compressed(pieces, around, newlines.note) if around else newlines.noted(pieces)
        self.data = b"".join(each.data for each in noted)
        self.index = Index.from_bytes(newlines.to_bytes())
        self.around = around
        self.read = 0

    def open(self, start: int, end: int) -> Generator[bytes, None, None]:
        self.read = end - start
        for at in range(start, end, 65_537):
            yield self.data[at : min(at + 65_537, end)]

    def from_line(self, line: int, limit: int) -> bytes:
        found = lines_from(self.index, self.open, self.around, line=line, limit=limit)
        return b"".join(found)

    def after(self, offset: int, limit: int) -> bytes:
        line = line_after(self.index, self.open, self.around, offset=offset)
        return self.from_line(line, limit)


@pytest.mark.parametrize("at_once", [17, 500, 9_000])
@pytest.mark.parametrize("around", KINDS)
def test_the_lines_are_those_that_a_full_read_finds(
    around: Compression | None, at_once: int
) -> None:
    stored = Stored(around, at_once=at_once)
    wanted = [*SEED.sample(range(len(LINES)), 40), 0, 3_999, 4_000, 4_001, 7_050, 8_999]
    for line in wanted:
        limit = SEED.choice([1, 7, 100, 3_000])
        assert stored.from_line(line, limit) == b"".join(LINES[line : line + limit]), line


@pytest.mark.parametrize("around", KINDS)
def test_from_a_byte_it_begins_with_the_next_line(around: Compression | None) -> None:
    stored = Stored(around)
    begins = [0, *accumulate(map(len, LINES))]
    places = [*SEED.sample(range(len(LINES)), 25), 4_000, 7_050]
    for line in places:
        expected = b"".join(LINES[line : line + 50])
        assert stored.after(begins[line], 50) == expected
        # One byte after the line before begins is still inside that one, unless it is empty.
        if line and len(LINES[line - 1]) > 1:
            assert stored.after(begins[line - 1] + 1, 50) == expected
    assert stored.after(len(TEXT) - 1, 50) == b""


@pytest.mark.parametrize("around", KINDS)
def test_it_reads_no_more_than_it_needs(around: Compression | None) -> None:
    stored = Stored(around)
    assert stored.from_line(100, 5) == b"".join(LINES[100:105])
    assert stored.read < len(stored.data) / 4


@pytest.mark.parametrize("around", KINDS)
def test_it_knows_the_whole(around: Compression | None) -> None:
    index = Stored(around).index
    assert (index.lines, index.bytes) == (len(LINES), len(TEXT))
    assert index.marks[0] == START


@pytest.mark.parametrize("around", KINDS)
def test_a_file_of_many_marks_keeps_few_and_finds_every_line(around: Compression | None) -> None:
    stored = Stored(around, most=4)
    assert len(stored.index.marks) <= 6
    for line in SEED.sample(range(len(LINES)), 20):
        assert stored.from_line(line, 3) == b"".join(LINES[line : line + 3])


@pytest.mark.parametrize("around", KINDS)
def test_of_a_file_that_was_cut_the_lines_have_no_end(around: Compression | None) -> None:
    stored = Stored(around)
    stored.data = stored.data[:-1]

    for find, place in ((stored.from_line, 8_990), (stored.after, len(TEXT) - 20)):
        with pytest.raises(LinesBroken):
            find(place, 100)
    assert stored.from_line(100, 5) == b"".join(LINES[100:105])


def test_marks_do_not_grow_with_the_file() -> None:
    newlines = Newlines()
    for i in range(1, 200_000):
        newlines.note(Mark(i * 8_000, i << 23, i << 23))
    data = newlines.to_bytes()
    assert len(data) < 1 << 20
    assert Index.from_bytes(data).lines == 199_999 * 8_000


@pytest.mark.parametrize("data", [b"", b"newline index 1\n", b"newline index 1\nabc", b"x" * 24])
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(IndexBroken):
        Index.from_bytes(data)


@pytest.mark.parametrize("compression", [Compression.NONE, Compression.GZIP, Compression.ZSTD])
@pytest.mark.parametrize("rows", [0, 30_000])
def test_a_run_stores_it_beside_the_data(
    compression: Compression, rows: int, tmp_path: Path
) -> None:
    table = pa.table({"id": pa.array(range(rows), pa.int64()), "text": ["é\nx" * 30] * rows})
    things = of_table(tmp_path, table)
    result = things.run("jsonl", compression=compression)

    assert result.index
    assert [each.kind for each in result.files] == ["data"]
    assert result.index.name == result.files[0].name + ".index"
    index = Index.from_bytes(b"".join(things.store.open(result.index.name)))
    text = _text(b"".join(things.store.open(result.files[0].name)), compression)
    assert (index.lines, index.bytes) == (rows, len(text)) == (text.count(b"\n"), len(text))
    assert all(text[: each.text].count(b"\n") == each.lines for each in index.marks)


@pytest.mark.parametrize(
    ("format_", "archive"),
    [("csv", False), ("json", False), ("parquet", False), ("jsonl", True)],
)
def test_what_is_no_file_of_lines_has_none(format_: str, archive: bool, tmp_path: Path) -> None:
    things = of_table(tmp_path, pa.table({"id": [1, 2]}))
    assert things.run(format_, archive=archive).index is None
    assert len(things.left()) == 1


def _text(data: bytes, compression: Compression) -> bytes:
    if compression is Compression.GZIP:
        return gzip.decompress(data)
    if compression is Compression.ZSTD:
        reader = zstandard.ZstdDecompressor().stream_reader(
            io.BytesIO(data), read_across_frames=True
        )
        return reader.read()
    return data
