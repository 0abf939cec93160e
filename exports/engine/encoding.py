"""From the batches of a plan to the pieces of its file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from exports.engine.arrow import relabel, retyped
from exports.engine.encoders.csv import encode_csv
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


def encoding(
    plan: Plan, notices: Counter[str]
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[Piece]]:
    """What turns the batches of a plan into its file.

    :param notices: counts what is written otherwise than it lies there.
    """
    encoder = _encoder(plan)
    fit = _fit(plan, notices)

    def encode(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
        rows = in_order(batches) if plan.rows_first else batches
        return encoder(map(fit, rows))

    return encode


def _encoder(plan: Plan) -> Callable[[Iterable[pa.RecordBatch]], Iterator[Piece]]:
    match plan.request.format:
        case Format.JSONL:
            return encode_jsonl
        case Format.JSON:
            return encode_json
        case Format.CSV:
            return partial(encode_csv, schema=plan.arrow, texts=plan.texts)
        case Format.PARQUET:
            return partial(encode_parquet, schema=plan.arrow)


def _fit(plan: Plan, notices: Counter[str]) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    if plan.request.format.is_text:
        return Legible(plan.arrow, notices)
    return partial(retyped, schema=plan.arrow, leaf=relabel)
