"""Makes batches fit for text: times in their zone, nothing that no text format can hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from exports.engine.arrow import rebuild, relabel
from exports.engine.encoders.texts import plain_column

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400
FIRST, LAST = -96_464_927 * DAY, 95_025_871 * DAY  # the years -262142 to 262141: those of arro3
# Up to here some zones had offsets with seconds, which RFC 3339 cannot write.
WHOLE_MINUTES, EARLIER = 65_750_400, -30_610_224_000  # 1972-02-01 and 1000-01-01
TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
NOTICE_TIMES = "infinite_times"
NOTICE_NUMBERS = "not_finite_numbers"


class Legible:
    """Turns batches of DuckDB into batches that every text encoder writes faithfully.

    Infinite dates and times (and those some 260,000 years away), NaN and infinite numbers become
    null, at every depth.

    :param note: told of them, by their reason, the name of the column and how many there were.
    """

    def __init__(self, schema: pa.Schema, note: Callable[[str, str, int], None]) -> None:
        self._schema = schema
        self._note = note
        self._column = ""

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays(
            [self._fitted(*each) for each in zip(self._schema, batch.columns, strict=True)],
            schema=self._schema,
        )

    def _fitted(self, field: pa.Field, column: pa.Array) -> pa.Array:
        self._column = field.name
        return rebuild(column, field.type, self._leaf)

    def _leaf(self, array: pa.Array, wanted: pa.DataType) -> pa.Array:
        if pa.types.is_floating(wanted):
            return self._finite(array)
        if pa.types.is_date(wanted):
            return self._dated(array, FIRST // DAY, LAST // DAY)
        if pa.types.is_timestamp(wanted):
            ticks = TICKS[wanted.unit]
            return _in_zone(self._dated(array, FIRST * ticks, LAST * ticks), wanted)
        return relabel(array, wanted)

    def _finite(self, array: pa.Array) -> pa.Array:
        # One NaN or infinity spoils the sum, which is the cheapest way to find none.
        if math.isfinite(pc.sum(array).as_py() or 0.0):
            return array
        return self._without(pc.invert(pc.is_finite(array)), array, NOTICE_NUMBERS)

    def _dated(self, array: pa.Array, first: int, last: int) -> pa.Array:
        numbers = _numbers(array)
        least, most = _bounds(numbers)
        if first <= least and most <= last:
            return array
        outside = pc.or_(pc.less(numbers, first), pc.greater(numbers, last))
        return self._without(outside, array, NOTICE_TIMES)

    def _without(self, wrong: pa.Array, array: pa.Array, notice: str) -> pa.Array:
        self._note(notice, self._column, pc.sum(wrong).as_py() or 0)
        return pc.if_else(wrong, pa.scalar(None, array.type), array)


def _in_zone(array: pa.Array, wanted: pa.TimestampType) -> pa.Array:
    ticks = TICKS[wanted.unit]
    placed = relabel(array, wanted)
    if wanted.tz == "UTC" or _bounds(_numbers(array))[0] >= WHOLE_MINUTES * ticks:
        return placed
    return _by_minutes(placed, ticks)


def _by_minutes(array: pa.Array, ticks: int) -> pa.Array:
    """Times moved by the seconds that the written offset lacks, so that they read back right."""
    numbers = _numbers(array)
    low, high = max(EARLIER * ticks, -(2**63) + DAY * ticks), WHOLE_MINUTES * ticks
    near = pc.min_element_wise(
        pc.max_element_wise(numbers, low, skip_nulls=False), high, skip_nulls=False
    )
    written = plain_column(near.view(array.type))
    read = _numbers(pc.cast(written, pa.timestamp(array.type.unit, "UTC")))
    return pc.add(numbers, pc.subtract(near, read)).view(array.type)


def _numbers(array: pa.Array) -> pa.Array:
    return array.view(pa.int32() if pa.types.is_date32(array.type) else pa.int64())


def _bounds(numbers: pa.Array) -> tuple[int, int]:
    found = pc.min_max(numbers)
    return found["min"].as_py() or 0, found["max"].as_py() or 0
