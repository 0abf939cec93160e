"""The first rows of a data file that was written, read back out of it: each cell as text.

Little is read and little is held, whatever the file is: what is larger is refused.
"""

from __future__ import annotations

import csv
import json
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from exports.engine.encoders.texts import json_lines
from exports.engine.legible import Legible
from exports.engine.lines import DAMAGED, LinesBroken, plain_texts
from exports.engine.request import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exports.engine.request import Compression

MOST = 8 << 20  # bytes of text that are looked at
WHOLE = 32 << 20  # bytes of a Parquet file inside a zip, which is read whole
CHUNK = 1 << 16
COLUMNS = 100
CELL = 300  # characters
_ZIP = struct.Struct("<4s5H3I2H")  # what stands before the first member
_ZIP_64 = struct.Struct("<2H2Q")  # of a member whose size does not fit there
_STORED, _DEFLATED = 0, 8
_LARGE = 0xFFFFFFFF
_WITHOUT_HEADER = -15  # zlib's way to say it

# A cell can hold a whole document; the bytes that are read are bounded already.
csv.field_size_limit(MOST)


class HeadTooLarge(Exception):
    """The first rows are larger than what is looked at."""


class HeadBroken(Exception):
    """The file is not what it was written as."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows; a cell is None where there is nothing.

    :ivar more: how many columns there are beyond those that are shown.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    more: int = 0


def head(
    file: BinaryIO,
    format_: Format,
    *,
    around: Compression | None = None,
    zipped: bool = False,
    delimiter: str = ",",
    limit: int = 10,
) -> Head:
    """The first rows of a data file.

    :param file: the file, or the zip whose first member it is. It can be sought.
    :param around: the compression around the text. :param limit: at most so many rows.
    :raises HeadTooLarge: they cannot be had by reading a little.
    :raises HeadBroken: the file is damaged.
    """
    try:
        if format_ is Format.PARQUET:
            return _parquet(_whole(file) if zipped else file, limit)
        chunks = _inflated(file) if zipped else _chunks(file)
        lines = _lines(plain_texts(chunks, around))
        if format_ is Format.CSV:
            return _of_records(islice(csv.reader(lines, delimiter=delimiter), limit + 1))
        found = _elements(lines) if format_ is Format.JSON else lines
        return _of_documents(islice(found, limit))
    except (*DAMAGED, LinesBroken, zlib.error, struct.error, pa.ArrowException, csv.Error) as error:
        raise HeadBroken from error
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON
        raise HeadBroken from error


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(CHUNK):
        yield data


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest, left = b"", MOST
    for chunk in chunks:
        left -= len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield f"{line.decode('utf-8-sig')}\n"
        if left < 0:
            raise HeadTooLarge
    if rest:
        yield rest.decode("utf-8-sig")


def _elements(lines: Iterator[str]) -> Iterator[str]:
    """The documents of an array that has one a line; its first line opens it."""
    next(lines, "")
    for line in lines:
        if line.startswith("]"):
            return
        yield line.rstrip("\n").removesuffix(",")


def _parquet(file: BinaryIO, limit: int) -> Head:
    with pq.ParquetFile(file, buffer_size=CHUNK, pre_buffer=False) as opened:
        names = opened.schema_arrow.names
        batches = opened.iter_batches(batch_size=limit, columns=names[:COLUMNS], use_threads=False)
        lines: list[str] = []
        for batch in islice(batches, 1):
            legible = Legible(batch.schema, lambda *_: None)(batch)
            # Not by splitlines, which knows more ends of a line than JSON does.
            lines = bytes(json_lines(legible)).decode().split("\n")[:-1]
    return _of_documents(lines, names)


def _of_documents(lines: Iterable[str], names: Sequence[str] = ()) -> Head:
    """Each line is a document; all have the same keys."""
    found = [json.loads(each, parse_float=_Number, parse_int=_Number) for each in lines]
    columns = names or list(found[0] if found else ())
    shown = columns[:COLUMNS]
    rows = tuple(tuple(_cell(each.get(name)) for name in shown) for each in found)
    return Head(tuple(map(_cut, shown)), rows, len(columns) - len(shown))


def _of_records(records: Iterator[list[str]]) -> Head:
    columns = next(records, [])
    rows = tuple(tuple(map(_cut, each[:COLUMNS])) for each in records)
    return Head(tuple(map(_cut, columns[:COLUMNS])), rows, max(0, len(columns) - COLUMNS))


class _Number(str):
    """A number as it stands in the file: reading it could change it."""

    __slots__ = ()


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    return _cut(value if isinstance(value, str) else _told(value))


def _told(value: Any) -> str:
    if isinstance(value, _Number):
        return value
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_told(name)}: {_told(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_told, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= CELL else f"{whole[:CELL]}…"


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of the first member of a zip, in chunks; only a small one is stored as it is."""
    magic, _, _, method, *_, size, name, extra = _ZIP.unpack(file.read(_ZIP.size))
    if magic != b"PK\x03\x04" or method not in (_STORED, _DEFLATED):
        raise HeadBroken
    more = file.read(name + extra)[name:]
    if method == _STORED:
        yield file.read(min(WHOLE, _ZIP_64.unpack_from(more)[-1] if size == _LARGE else size))
        return
    inflate = zlib.decompressobj(_WITHOUT_HEADER)
    while not inflate.eof and (data := file.read(CHUNK)):
        yield inflate.decompress(data, CHUNK)
        while inflate.unconsumed_tail:
            yield inflate.decompress(inflate.unconsumed_tail, CHUNK)


def _whole(file: BinaryIO) -> BinaryIO:
    """A member of a zip that has to be read from its end."""
    data = bytearray()
    for chunk in _inflated(file):
        data += chunk
        if len(data) > WHOLE:
            raise HeadTooLarge
    return BytesIO(data)
