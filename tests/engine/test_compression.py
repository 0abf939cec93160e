"""Compression around text: every reader gets the text back, and each frame stands alone."""

from __future__ import annotations

import gzip
import io
import subprocess
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from exports.engine.compression import EXTENSIONS, FRAME, compressed
from exports.engine.encoders.base import Piece
from exports.engine.encoders.parquet import encode_parquet
from exports.engine.index import Mark
from exports.engine.request import Compression

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GZIP, ZSTD = Compression.GZIP, Compression.ZSTD
LINES = [b'{"id":%d,"text":"%s"}\n' % (i, b"ab%d" % (i * i % 997) * 9) for i in range(60_000)]
TEXT = b"".join(LINES)


def unzstd(data: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
    return reader.read()


WHOLE: dict[Compression, Callable[[bytes], bytes]] = {GZIP: gzip.decompress, ZSTD: unzstd}
COMMANDS = {GZIP: "gzip", ZSTD: "zstd"}


def pieces(text: bytes, size: int) -> list[Piece]:
    cuts = range(0, len(text), size)
    return [Piece(memoryview(text)[at : at + size], rows=at + 1) for at in cuts]


def lines(at_once: int) -> list[Piece]:
    """So many whole lines in a piece."""
    cuts = range(0, len(LINES), at_once)
    parts = [LINES[at : at + at_once] for at in cuts]
    return [Piece(b"".join(part), len(part)) for part in parts]


def written(kind: Compression, given: list[Piece]) -> bytes:
    return b"".join(piece.data for piece in compressed(given, kind))


@pytest.mark.parametrize("size", [1_000_003, 40_001, 8 << 20])
@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_text_and_rows_come_back_however_the_pieces_are_cut(kind: Compression, size: int) -> None:
    given = pieces(TEXT, size)
    out = list(compressed(given, kind))
    assert WHOLE[kind](b"".join(piece.data for piece in out)) == TEXT
    assert sum(piece.rows for piece in out) == sum(piece.rows for piece in given)


@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_every_frame_is_a_text_of_whole_lines(kind: Compression) -> None:
    out = [bytes(each.data) for each in compressed(pieces(TEXT, 300_000), kind)]
    texts = [WHOLE[kind](data) for data in out]
    assert b"".join(texts) == TEXT
    assert all(FRAME <= len(text) < FRAME + 100 for text in texts[:-1])
    assert all(text.endswith(b"\n") for text in texts)


@pytest.mark.parametrize("at_once", [1, 700, 9_000, 60_000])
@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_the_places_noted_are_where_frames_and_lines_begin(kind: Compression, at_once: int) -> None:
    notes: list[Mark] = []
    data = b"".join(each.data for each in compressed(lines(at_once), kind, notes.append))
    *begins, end = notes
    assert end == Mark(len(LINES), len(TEXT), len(data))
    assert begins
    for mark in begins:
        assert WHOLE[kind](data[mark.file :]) == TEXT[mark.text :]
        assert TEXT[: mark.text] == b"".join(LINES[: mark.lines])


@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_a_longer_line_makes_a_longer_frame(kind: Compression) -> None:
    long = b"x" * (3 * FRAME) + b"\n"
    out = list(compressed(pieces(long + b"short\n", 100_000), kind))
    assert [WHOLE[kind](bytes(piece.data)) for piece in out] == [long, b"short\n"]


@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_the_last_line_needs_no_end(kind: Compression) -> None:
    assert WHOLE[kind](written(kind, pieces(b"a\nb", 2))) == b"a\nb"


@pytest.mark.parametrize("given", [[], [Piece(b"")]])
@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_no_text_is_one_empty_frame(kind: Compression, given: list[Piece]) -> None:
    notes: list[Mark] = []
    out = list(compressed(given, kind, notes.append))
    assert len(out) == 1
    assert WHOLE[kind](bytes(out[0].data)) == b""
    assert notes == [Mark(0, 0, len(out[0].data))]


@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_other_readers_take_it(kind: Compression, tmp_path: Path) -> None:
    file = tmp_path / f"data.jsonl{EXTENSIONS[kind]}"
    file.write_bytes(written(kind, pieces(TEXT, 1 << 20)))
    with pa.input_stream(str(file)) as stream:  # pyarrow knows the extensions
        assert stream.read() == TEXT
    assert pl.read_ndjson(file)["id"].to_list() == list(range(len(LINES)))
    run = subprocess.run([COMMANDS[kind], "-dc", file], capture_output=True, check=True)
    assert run.stdout == TEXT
    subprocess.run([COMMANDS[kind], "-tq", file], check=True)


@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_the_same_text_makes_the_same_bytes(kind: Compression) -> None:
    assert written(kind, pieces(TEXT, 70_000)) == written(kind, pieces(TEXT, 5 << 20))


def test_what_goes_inside_parquet_does_not_go_around_text() -> None:
    with pytest.raises(ValueError, match="snappy"):
        written(Compression.SNAPPY, [])


@pytest.mark.parametrize(
    ("codec", "inside"),
    [
        (Compression.ZSTD, "ZSTD"),
        (Compression.SNAPPY, "SNAPPY"),
        (Compression.GZIP, "GZIP"),
        (Compression.NONE, "UNCOMPRESSED"),
    ],
)
def test_parquet_has_the_codec_inside(codec: Compression, inside: str) -> None:
    batch = pa.record_batch({"id": range(1000)})
    parts = encode_parquet([batch], schema=batch.schema, codec=codec)
    file = pq.ParquetFile(io.BytesIO(b"".join(part.data for part in parts)))
    assert file.metadata.row_group(0).column(0).compression == inside
    assert file.read().to_pydict() == batch.to_pydict()
