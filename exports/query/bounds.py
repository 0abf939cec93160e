"""How large a filter may be; checked before anything else, without recursion."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from exports.query.errors import Invalid, TooLarge

LEVELS = 8
TESTS = 200
VALUES = 10_000
TEXT = 1024 * 1024
DIGITS = 308  # what a float of 64 bits can still tell from infinity
NAME = 1_000

# No dialect needs more than three JSON levels for one level of the tree.
_NESTING = 3 * LEVELS + 4
_BITS = int(DIGITS * math.log2(10))
_COMBINATORS = frozenset({"AND", "OR", "NOT", "$and", "$or", "$nor", "$not", "$elemMatch"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A value on the way, where it stands, and how deep: in the tree and in JSON.

    ``asked``: it is the value of a test, or a part of it, where no further tests stand.
    """

    value: object
    path: str
    level: int = 0
    nesting: int = 0
    asked: bool = False

    def inside(self, name: str | int, value: object) -> _Place:
        level = self.level + (name in _COMBINATORS)
        is_leaf = isinstance(self.value, dict) and "field" in self.value
        asked = self.asked or (is_leaf and name == "value")
        return _Place(value, f"{self.path}.{name}", level, self.nesting + 1, asked)


def check(where: object) -> None:
    """Refuse a filter that is too deep, too long or too large, or that holds no JSON.

    Bounds: 8 levels, 200 tests, 10,000 values in one list, 1 MiB of text.

    :raises TooLarge: a bound is passed.
    :raises Invalid: a value that cannot stand in JSON, or text that cannot be stored.
    """
    tests = size = 0
    waiting = [_Place(where, "where")]
    while waiting:
        place = waiting.pop()
        size += _size(place)
        tests += 0 if place.asked else _tests(place.value)
        _refuse(place, tests, size)
        waiting.extend(reversed(list(_parts(place))))


def text_size(text: str, path: str = "where") -> int:
    """The size of a text in bytes of UTF-8.

    :raises Invalid: it holds NUL or half of a surrogate pair, which no database can keep.
    """
    if "\0" in text:
        raise Invalid(path, "A text holds the character NUL (\\u0000); take it out.")
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        message = "A text holds half of a surrogate pair (\\ud800 to \\udfff); take it out."
        raise Invalid(path, message) from None


def check_size(size: int) -> None:
    """:raises TooLarge: more bytes than a filter may have."""
    if size > TEXT:
        raise TooLarge(
            "where",
            "The filter is larger than 1 MiB. Shorten its lists, or export more and filter later.",
        )


def _parts(place: _Place) -> Iterator[_Place]:
    match place.value:
        case dict():
            for name, value in place.value.items():
                yield place.inside(_name(name, place.path), value)
        case list():
            for index, value in enumerate(place.value):
                yield place.inside(index, value)


def _name(name: object, path: str) -> str:
    if not isinstance(name, str):
        raise Invalid(path, "The names in an object must be text.")
    text_size(name, path)
    if len(name) > NAME:
        raise TooLarge(path, f"A name is longer than {NAME:,} characters.")
    return name


def _tests(value: object) -> int:
    """How many tests stand in this object itself, in either dialect."""
    match value:
        case {"field": _}:
            return 1
        case dict():
            return sum(_is_test(name, inner) for name, inner in value.items())
        case _:
            return 0


def _is_test(name: object, inner: object) -> bool:
    if name in _COMBINATORS or name == "case_sensitive":
        return False
    return (isinstance(name, str) and name.startswith("$")) or not isinstance(inner, dict)


def _refuse(place: _Place, tests: int, size: int) -> None:
    if place.level > LEVELS or place.nesting > _NESTING:
        message = f"The filter is nested too deep; at most {LEVELS} levels. Make it flatter."
        raise TooLarge(place.path, message)
    if tests > TESTS:
        message = f"The filter has more than {TESTS} tests. Join tests for one value with 'in'."
        raise TooLarge(place.path, message)
    if isinstance(place.value, list) and len(place.value) > VALUES:
        message = f"A list holds {len(place.value):,} values; at most {VALUES:,}. Split it."
        raise TooLarge(place.path, message)
    check_size(size)


def _size(place: _Place) -> int:
    match place.value:
        case str():
            return text_size(place.value, place.path)
        case None | bool():
            return 1
        case int() | float() | Decimal():
            check_number(place.value, place.path)
            return 1
        case dict():
            return sum(len(name) for name in place.value if isinstance(name, str))
        case list():
            return len(place.value)
    kind = type(place.value).__name__
    raise Invalid(place.path, f"A value of the type {kind} cannot stand in a filter; use JSON.")


def check_number(value: float | Decimal, path: str) -> None:
    """:raises Invalid: it is not finite, or needs more digits than any property holds."""
    match value:
        case int():
            fits = value.bit_length() <= _BITS
        case Decimal():
            short = len(value.as_tuple().digits) <= DIGITS
            fits = short and -2 * DIGITS < value.adjusted() < DIGITS
        case _:
            fits = math.isfinite(value)
            if not fits:
                raise Invalid(path, "NaN and Infinity are no values; use a finite number.")
    if not fits:
        raise Invalid(path, "The number is too long; use fewer digits.")
