"""Exact comparison: where a value lies among those that a property's type can hold.

A type holds only some numbers and moments. The greatest of them that is not above the value
decides every comparison: ``x > 5.5`` on whole numbers is ``x > 5``, ``x = 5.5`` is never true,
and a number beyond the type is above or below all of them. So the SQL compares the column with
a literal of its own type, exactly, and row groups can still be skipped.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from exports.query import moments
from exports.query.schema import Kind, Property
from exports.query.tree import Scalar

Rank = float | str

_BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64, "HUGEINT": 128}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_UNITS = {
    "DATE": moments.DAY,
    "TIME": 1_000,
    "TIME_NS": 1,
    "TIMESTAMP_S": moments.SECOND,
    "TIMESTAMP_MS": 1_000_000,
    "TIMESTAMP": 1_000,
    "TIMESTAMP_NS": 1,
    "TIMESTAMP WITH TIME ZONE": 1_000,
    "TIMESTAMPTZ_NS": 1,
}
# Nanoseconds are 64 bits wide, of which the outermost values are the infinities.
_NANOSECONDS = 2**63 - 2


@dataclass(frozen=True, slots=True)
class Point:
    """The greatest value of a type that is not above the value asked for.

    ``text`` is what DuckDB casts to it. ``exact`` says that it is the value itself. ``rank``
    orders the points of one property. ``beneath``: the type holds only greater values.
    """

    text: str
    exact: bool
    rank: Rank
    beneath: bool = False


def point(value: Scalar, node: Property) -> Point:
    """Where a canonical value lies among the values of a scalar property."""
    match node.kind, value:
        case ((Kind.INTEGER | Kind.DECIMAL), (int() | Decimal())):
            return _on_grid(value, *_grid(node.sql))
        case Kind.FLOAT, (int() | Decimal()):
            return _on_floats(value, narrow=node.sql == "FLOAT")
        case Kind.TIME, str():
            return _on_clock(value, _UNITS[node.sql])
        case ((Kind.DATE | Kind.TIMESTAMP), str()):
            return _on_calendar(value, node)
        case Kind.BOOLEAN, bool():
            return Point(str(value).lower(), True, value)
    return Point(str(value), True, str(value))


def _grid(sql: str) -> tuple[int, int, int]:
    """The least and the greatest value of a type, counted in units of its last decimal."""
    if found := _DECIMAL.fullmatch(sql):
        width, scale = int(found[1]), int(found[2])
        return 1 - 10**width, 10**width - 1, scale
    if sql.startswith("U"):
        return 0, 2 ** _BITS[sql[1:]] - 1, 0
    return -(2 ** (_BITS[sql] - 1)), 2 ** (_BITS[sql] - 1) - 1, 0


def _on_grid(value: int | Decimal, least: int, greatest: int, scale: int) -> Point:
    units = Fraction(value) * 10**scale
    below = min(math.floor(units), greatest)
    if below < least:
        return Point("", exact=False, rank=below, beneath=True)
    return Point(f"{Decimal(f'{below}E-{scale}'):f}", below == units, below)


def _on_floats(value: int | Decimal, *, narrow: bool) -> Point:
    if narrow:
        rounded = _float32(value)
        return Point(repr(rounded), True, rounded)
    if isinstance(value, Decimal):
        return Point(repr(float(value)), True, float(value))
    near = float(value)
    below = near if near <= value else math.nextafter(near, -math.inf)
    return Point(repr(below), below == value, below)


def _float32(value: int | Decimal) -> float:
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", float(value)))[0]
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return rounded


def _on_clock(value: str, unit: int) -> Point:
    since = moments.clock(value) or 0
    below = since - since % unit
    return Point(moments.clock_text(below), below == since, below)


def _on_calendar(value: str, node: Property) -> Point:
    since = moments.moment(value) or 0
    unit = _UNITS[node.sql]
    below = since - since % unit
    if unit == 1:
        below = min(below, _NANOSECONDS)
        if below < -_NANOSECONDS:
            return Point("-infinity", False, below)
    text = moments.date_text(below) if node.kind is Kind.DATE else moments.moment_text(below)
    return Point(text, below == since, below)
