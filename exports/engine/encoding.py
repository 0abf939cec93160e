"""From the batches of a table to the pieces of its file, in two steps that run side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from exports.engine.arrow import relabel, retyped
from exports.engine.encoders.csv import encode_csv, to_cells
from exports.engine.encoders.json import encode_json
from exports.engine.encoders.jsonl import encode_jsonl
from exports.engine.encoders.parquet import ROW_GROUP, WIDE_ROW_GROUP, encode_parquet
from exports.engine.hidden import visible
from exports.engine.legible import Legible
from exports.engine.order import in_order
from exports.engine.request import Compression, Format
from exports.query.schema import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from exports.engine.encoders.base import Piece
    from exports.engine.errata import Errata
    from exports.engine.request import Request
    from exports.engine.table import Table

    Prepare = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]
    Encode = Callable[[Iterable[pa.RecordBatch]], Iterator[Piece]]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How batches become a file.

    :ivar prepare: asserts their order and makes them fit for the format.
    :ivar encode: writes them.
    :ivar rows: how many a batch has at most; more is no faster.
    :ivar ahead: how many batches wait while one is written.
    """

    prepare: Prepare
    encode: Encode
    rows: int = 4096
    ahead: int = 3


def encoding(table: Table, request: Request, errata: Errata, *, rising: bool) -> Encoding:
    """The encoding of a table's batches.

    :param errata: told of what is written otherwise than it lies there.
    :param rising: the rows must come in the order of the source.
    """
    fit = _fit(table, request, errata)

    def prepare(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if rising:
            batches = in_order(batches, len(table.places))
        return map(fit, visible(batches, table, errata))

    match request.format:
        case Format.JSONL:
            return Encoding(prepare, encode_jsonl)
        case Format.JSON:
            return Encoding(prepare, partial(encode_json, envelope=request.envelope))
        case Format.CSV:  # each call costs something for every column
            encode = partial(encode_csv, names=table.arrow.names, options=request.csv)
            return Encoding(prepare, encode, rows=8192)
        case Format.PARQUET:  # most of a row group is read while the one before is written
            return Encoding(prepare, _parquet(table, request), ahead=8)


def _parquet(table: Table, request: Request) -> Encode:
    codec = request.compression or Compression.ZSTD
    wide = any(each.role is Role.VECTOR for each in table.columns)
    group = WIDE_ROW_GROUP if wide else ROW_GROUP
    return partial(encode_parquet, schema=table.arrow, codec=codec, row_group=group)


def _fit(
    table: Table, request: Request, errata: Errata
) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    if request.format is Format.PARQUET:
        return partial(retyped, schema=table.arrow, leaf=relabel)
    legible = Legible(table.arrow, errata.count)
    if request.format is Format.CSV:
        return lambda batch: to_cells(legible(batch), texts=table.texts, options=request.csv)
    return legible
