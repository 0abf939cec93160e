"""Filters that come as JSON text: read exactly, refused clearly."""

from __future__ import annotations

import json
from decimal import Decimal, DecimalException
from typing import NoReturn

from exports.query.bounds import DIGITS, check_size, text_size
from exports.query.errors import Invalid, TooLarge


def read(text: str) -> object:
    """The value of a JSON text, with fractions as ``Decimal``; empty text is ``None``.

    :raises TooLarge: more than 1 MiB, or nested thousands deep.
    :raises Invalid: no JSON, a name twice in one object, NaN, Infinity.
    """
    check_size(text_size(text))
    if not text.strip():
        return None
    try:
        return json.loads(
            text,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        message = f"The filter is no valid JSON: it cannot be read at {place}. Check the brackets."
        raise Invalid("where", message) from None
    except RecursionError:
        raise TooLarge("where", "The filter is nested too deep. Make it flatter.") from None


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        raise Invalid("where", f"A number has more than {DIGITS} digits; use a shorter one.")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except DecimalException:
        raise Invalid("where", "A number has an exponent that no number can have.") from None


def _constant(name: str) -> NoReturn:
    raise Invalid("where", f"{name} is no JSON and no value; use a finite number.")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = f"The name {twice!r} stands twice in one object; join the two with 'and'."
        raise Invalid("where", message)
    return read
