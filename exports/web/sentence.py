"""A filter read aloud: the tree that was frozen, as a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from exports.query.areas import Box, Circle, Polygon
from exports.query.tree import All, Any, Element, Nor, Not, Operator, Test

if TYPE_CHECKING:
    from exports.query.areas import Area, Place
    from exports.query.tree import Node, Scalar, Value

_SHOWN = 10

_WORDS = {
    Operator.EQ: "is",
    Operator.NE: "is not",
    Operator.GT: "is more than",
    Operator.GTE: "is at least",
    Operator.LT: "is less than",
    Operator.LTE: "is at most",
    Operator.IN: "is one of",
    Operator.NIN: "is none of",
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "begins with",
    Operator.ENDS_WITH: "ends with",
    Operator.REGEX: "matches",
    Operator.TEXT: "contains",
    Operator.WORDS: "has all of the words",
    Operator.PHRASE: "has the phrase",
    Operator.GEO_RADIUS: "lies",
    Operator.GEO_BOUNDING_BOX: "lies",
    Operator.GEO_POLYGON: "lies",
    Operator.ALL: "has all of",
    Operator.SIZE: "has this many elements:",
}
# What true and false make of these.
_YES_OR_NO = {
    Operator.EXISTS: {True: "has a value", False: "has no value"},
    Operator.IS_NULL: {True: "is null", False: "is not null"},
}


def sentence(node: Node) -> str:
    """``carrier is “UA” and (origin is “JFK” or dest is “JFK”)``."""
    match node:
        case All(()) | Nor(()):
            return "every document"
        case Any(()):
            return "no document"
        case All(nodes):
            return " and ".join(_part(each) for each in nodes)
        case Any(nodes):
            return " or ".join(_part(each) for each in nodes)
        case Nor((inner,)):
            return sentence(Not(inner))
        case Nor(nodes):
            return f"neither {' nor '.join(_part(each) for each in nodes)}"
        case Not(inner):
            return f"not {_part(inner, always=True)}"
        case Element(path, inner):
            return f"some element of {path} has {_part(inner, always=True)}"
        case Test():
            return _test(node)


def _part(node: Node, *, always: bool = False) -> str:
    """In brackets where the sentence would be read wrongly without."""
    text = sentence(node)
    alone = isinstance(node, Test) or getattr(node, "nodes", None) == ()
    return text if alone and not always else f"({text})"


def _test(test: Test) -> str:
    # Within a list of plain values, an element has no name.
    path = test.path or "it"
    if test.operator in _YES_OR_NO:
        return f"{path} {_YES_OR_NO[test.operator][bool(test.value)]}"
    word = _WORDS.get(test.operator, test.operator.value)
    return f"{path} {word} {_asked(test)}{_anyhow(test)}"


def _anyhow(test: Test) -> str:
    """What is said of case; that it does not matter to words goes without saying."""
    silent = test.case_sensitive or test.operator in (Operator.WORDS, Operator.PHRASE)
    return "" if silent else ", whatever the case"


def _asked(test: Test) -> str:
    if test.operator is Operator.PHRASE and isinstance(test.value, tuple):
        return _scalar(" ".join(str(each) for each in test.value))
    return _value(test.value)


def _value(value: Value) -> str:
    if isinstance(value, Circle | Box | Polygon):
        return _area(value)
    if not isinstance(value, tuple):
        return _scalar(value)
    shown = ", ".join(_scalar(each) for each in value[:_SHOWN])
    more = len(value) - _SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown or "nothing"


def _area(area: Area) -> str:
    match area:
        case Circle(center, radius):
            return f"within {radius:,} m of {_place(center)}"
        case Box(first, second):
            return f"between {_place(first)} and {_place(second)}"
        case Polygon(rings):
            return f"in a polygon of {sum(len(ring) for ring in rings):,} points"


def _place(place: Place) -> str:
    return f"{place.lat}, {place.lon}"


def _scalar(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    return f"“{value}”"
