"""What a filter means, in plain and slow Python, written apart from the SQL."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any as Document

from exports.query.tree import All, Any, Element, Node, Nor, Not, Operator
from exports.query.tree import Test as Question
from tests.query import globe, prose

_OPPOSITES = {
    Operator.NE: Operator.EQ,
    Operator.NIN: Operator.IN,
}


class Single(float):
    """A number that the collection holds in 32 bits."""


def holds(node: Node, document: Document) -> bool:
    """Whether the document satisfies the tree; the values in the tree are those of the JSON."""
    match node:
        case All(nodes):
            return all(holds(each, document) for each in nodes)
        case Any(nodes):
            return any(holds(each, document) for each in nodes)
        case Nor(nodes):
            return not any(holds(each, document) for each in nodes)
        case Not(inner):
            return not holds(inner, document)
        case Element(path, inner):
            lists = (each for each in reached(document, path) if each is not None)
            return any(holds(inner, element) for found in lists for element in found)
        case Question():
            return answer(node, reached(document, node.path))


def reached(value: Document, path: str) -> list[Document]:
    """Everything that lies at the end of a path."""
    name, _, rest = path.partition(".")
    if not path:
        return [value]
    if isinstance(value, list):
        return [found for each in value for found in reached(each, path)]
    return [] if value is None else reached(value[name], rest)


def answer(test: Question, found: list[Document]) -> bool:
    """Whether a test is true of what lies at the end of its path."""
    something = any(each is not None for each in found)
    lists = [each for each in found if isinstance(each, list)]
    wanted: Document = test.value
    match test.operator:
        case Operator.NE | Operator.NIN as operator:
            opposite = Question(test.path, _OPPOSITES[operator], test.value, test.case_sensitive)
            return not answer(opposite, found)
        case Operator.EXISTS:
            return something is wanted
        case Operator.IS_NULL:
            return something is not wanted
        case Operator.EQ if wanted is None:
            return not something
        case Operator.SIZE:
            return any(len(each) == wanted for each in lists)
        case Operator.ALL:
            equal = _compared(Operator.EQ, cased=test.case_sensitive)
            return any(all(any(equal(x, y) for x in each) for y in wanted) for each in lists)
        case Operator.IN:
            if None in wanted and not something:
                return True
            equal = _compared(Operator.EQ, cased=test.case_sensitive)
            values = [each for each in wanted if each is not None]
            return any(equal(x, y) for x in _scalars(found) for y in values)
        case Operator.CONTAINS if lists:
            equal = _compared(Operator.EQ, cased=test.case_sensitive)
            return any(equal(each, wanted) for each in _scalars(found))
        case operator:
            compare = _compared(operator, cased=test.case_sensitive)
            return any(compare(each, wanted) for each in _scalars(found))


def _scalars(values: list[Document]) -> Iterator[Document]:
    for each in values:
        if isinstance(each, list):
            yield from _scalars(each)
        elif each is not None:
            yield each


def _compared(operator: Operator, *, cased: bool) -> Callable[[Document, Document], bool]:
    if operator in _APART:
        return _APART[operator]

    def compare(left: Document, right: Document) -> bool:
        if left is None or (isinstance(left, float) and math.isnan(left)):
            return False
        left, right = _alike(left, right)
        if operator is Operator.REGEX:
            return re.search(right, left, 0 if cased else re.IGNORECASE) is not None
        if isinstance(left, str) and (not cased or operator is Operator.TEXT):
            left, right = left.lower(), right.lower()
        return _OPERATIONS[operator](left, right)

    return compare


_APART: dict[Operator, Callable[[Document, Document], bool]] = {
    Operator.WORDS: prose.has_words,
    Operator.PHRASE: prose.has_phrase,
    Operator.GEO_RADIUS: globe.in_circle,
    Operator.GEO_BOUNDING_BOX: globe.in_box,
    Operator.GEO_POLYGON: globe.in_polygon,
}
_OPERATIONS: dict[Operator, Callable[[Document, Document], bool]] = {
    Operator.EQ: lambda left, right: left == right,
    Operator.GT: lambda left, right: left > right,
    Operator.GTE: lambda left, right: left >= right,
    Operator.LT: lambda left, right: left < right,
    Operator.LTE: lambda left, right: left <= right,
    Operator.CONTAINS: lambda left, right: right in left,
    Operator.TEXT: lambda left, right: right in left,
    Operator.STARTS_WITH: lambda left, right: left.startswith(right),
    Operator.ENDS_WITH: lambda left, right: left.endswith(right),
}


def _alike(left: Document, right: Document) -> tuple[Document, Document]:
    """Both sides as Python compares them exactly."""
    match left:
        case Single():
            return left, rounded(right)
        case float():
            return left, float(right) if isinstance(right, float) else right
        case int() | Decimal() if not isinstance(left, bool):
            return Decimal(left), Decimal(repr(right)) if isinstance(right, float) else right
        case datetime():
            return left, _moment(right)
        case date():
            return datetime.combine(left, time(), UTC), _moment(right)
        case time():
            return left, time.fromisoformat(right)
    return left, right


def rounded(number: float) -> float:
    """Rounded to 32 bits; what is too large for them is infinite."""
    try:
        single: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return math.copysign(math.inf, number)
    return single


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
