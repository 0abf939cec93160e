"""From the batches of a plan to the pieces of its file, in two steps that run side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from exports.engine.arrow import relabel, retyped
from exports.engine.encoders.csv import encode_csv, to_cells
from exports.engine.encoders.json import encode_json
from exports.engine.encoders.jsonl import encode_jsonl
from exports.engine.encoders.parquet import encode_parquet
from exports.engine.legible import Legible
from exports.engine.order import in_order
from exports.engine.request import Format

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from exports.engine.encoders.base import Piece
    from exports.engine.plan import Plan

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


def encoding(plan: Plan, notices: Counter[str]) -> Encoding:
    """The encoding of a plan's batches.

    :param notices: counts what is written otherwise than it lies there.
    """
    fit = _fit(plan, notices)

    def prepare(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return map(fit, in_order(batches) if plan.rows_first else batches)

    match plan.request.format:
        case Format.JSONL:
            return Encoding(prepare, encode_jsonl)
        case Format.JSON:
            return Encoding(prepare, encode_json)
        case Format.CSV:  # each call costs something for every column
            return Encoding(prepare, partial(encode_csv, names=plan.arrow.names), rows=8192)
        case Format.PARQUET:  # most of a row group is read while the one before is written
            return Encoding(prepare, partial(encode_parquet, schema=plan.arrow), ahead=8)


def _fit(plan: Plan, notices: Counter[str]) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    if plan.request.format is Format.PARQUET:
        return partial(retyped, schema=plan.arrow, leaf=relabel)
    legible = Legible(plan.arrow, notices)
    if plan.request.format is Format.CSV:
        return lambda batch: to_cells(legible(batch), texts=plan.texts)
    return legible
