"""The values of tests: checked against a property's type, and made canonical."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from exports.query import moments
from exports.query.errors import Invalid
from exports.query.schema import Kind, Property
from exports.query.tree import Scalar

_HOLDS: dict[Kind, tuple[str, str]] = {
    Kind.BOOLEAN: ("truth values", "true"),
    Kind.INTEGER: ("whole numbers", "42"),
    Kind.FLOAT: ("numbers", "4.2"),
    Kind.DECIMAL: ("decimal numbers", "4.20"),
    Kind.TEXT: ("text", '"JFK"'),
    Kind.ENUM: ("text", '"JFK"'),
    Kind.UUID: ("UUIDs", '"123e4567-e89b-12d3-a456-426614174000"'),
    Kind.DATE: ("dates", '"2013-07-04"'),
    Kind.TIME: ("times of day", '"10:30:00"'),
    Kind.TIMESTAMP: ("dates and times", '"2013-07-04T10:30:00Z"'),
}


def scalar(value: object, node: Property, *, name: str, at: str) -> Scalar:
    """The canonical form of a value for a scalar property.

    :param name: what the message calls the property.
    :param at: where the value stands in the request.
    :raises Invalid: it does not fit the type; the message shows one that does.
    """
    read = _read(value, node.kind)
    if read is None:
        holds, example = _HOLDS[node.kind]
        hint = " For several values, use 'in'." if isinstance(value, list) else ""
        message = f"{name} holds {holds}: write one such as {example}, not {shown(value)}.{hint}"
        raise Invalid(at, message)
    return read


def text(value: object, *, name: str, at: str) -> str:
    """:raises Invalid: the value is no text."""
    if not isinstance(value, str):
        raise Invalid(at, f'{name} needs a text such as "JFK" here, not {shown(value)}.')
    return value


def flag(value: object, *, name: str, at: str) -> bool:
    """:raises Invalid: the value is neither true nor false."""
    if not isinstance(value, bool):
        raise Invalid(at, f"{name} takes true or false, not {shown(value)}.")
    return value


def count(value: object, *, name: str, at: str) -> int:
    """:raises Invalid: the value is no whole number from 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Invalid(at, f"{name} takes a whole number from 0 on, not {shown(value)}.")
    return value


def listed(value: object, *, name: str, at: str) -> list[object]:
    """:raises Invalid: the value is no list."""
    if not isinstance(value, list):
        raise Invalid(at, f"{name} takes a list of values, not {shown(value)}.")
    return value


def shown(value: object) -> str:
    """A value as it may be repeated in a message."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= 40 else f"{value[:40]}…")
        case int() | float() | Decimal():
            written = str(value)
            return written if len(written) <= 40 else f"{written[:40]}…"
        case list():
            return "a list"
        case _:
            return "an object"


def _read(value: object, kind: Kind) -> Scalar | None:
    match value, kind:
        case bool(), Kind.BOOLEAN:
            return value
        case bool(), _:
            return None
        case int() | float() | Decimal(), Kind.INTEGER | Kind.FLOAT | Kind.DECIMAL:
            return _number(value)
        case str(), Kind.TEXT | Kind.ENUM:
            return value
        case str(), Kind.UUID:
            return _uuid(value)
        case str(), Kind.DATE | Kind.TIMESTAMP:
            return _moment(value, kind)
        case str(), Kind.TIME:
            since = moments.clock(value)
            return None if since is None else moments.clock_text(since)
    return None


def _number(value: float | Decimal) -> int | Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _uuid(value: str) -> str | None:
    try:
        return str(UUID(value))
    except ValueError:
        return None


def _moment(value: str, kind: Kind) -> str | None:
    since = moments.moment(value)
    if since is None:
        return None
    whole = kind is Kind.DATE and since % moments.DAY == 0
    return moments.date_text(since) if whole else moments.moment_text(since)
