"""One test of the filter against the schema: does the operator fit, does the value fit?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from exports.query import places, regex, values, words
from exports.query.errors import Invalid
from exports.query.geo import is_place
from exports.query.schema import Kind, Property
from exports.query.scope import Scope
from exports.query.tree import Any, Node, Nor, Operator, Scalar, Test, Value

_ANY = frozenset({Operator.EXISTS, Operator.IS_NULL})
_COMPARISONS = frozenset(
    {
        Operator.EQ,
        Operator.NE,
        Operator.GT,
        Operator.GTE,
        Operator.LT,
        Operator.LTE,
        Operator.IN,
        Operator.NIN,
    }
)
_TEXTS = frozenset(
    {
        Operator.CONTAINS,
        Operator.STARTS_WITH,
        Operator.ENDS_WITH,
        Operator.REGEX,
        Operator.TEXT,
    }
)
_WORDS = frozenset({Operator.WORDS, Operator.PHRASE})
_AREAS = frozenset({Operator.GEO_RADIUS, Operator.GEO_BOUNDING_BOX, Operator.GEO_POLYGON})
_CASELESS = _WORDS | {Operator.TEXT}
NAMES = tuple(each.value for each in Operator)


@dataclass(frozen=True, slots=True)
class Written:
    """A test as it was written, and where its parts stand in the request."""

    path: str
    operator: Operator
    value: object
    case_sensitive: bool
    at_path: str
    at_operator: str
    at_value: str

    @property
    def name(self) -> str:
        """What messages call the property."""
        return repr(self.path) if self.path else "The element"

    @property
    def asks(self) -> str:
        """What messages call the operator."""
        return repr(self.operator.value)

    def tested(self, value: Value, node: Property | None = None) -> Test:
        """The canonical test; case matters only where the property is text."""
        cased = node is not None and node.kind in (Kind.TEXT, Kind.ENUM)
        insensitive = self.operator in _CASELESS or (cased and not self.case_sensitive)
        return Test(self.path, self.operator, value, not insensitive)


def test(written: Written, scope: Scope) -> Node:
    """The test with its value made canonical; a test for null becomes ``is_null``.

    :raises Invalid: the property, the operator or the value does not fit.
    """
    node = scope.steps(written.path, written.at_path)[-1]
    if written.value is None and written.operator in (Operator.EQ, Operator.NE):
        return Test(written.path, Operator.IS_NULL, written.operator is Operator.EQ)
    _check_operator(written, node)
    match written.operator:
        case Operator.EXISTS | Operator.IS_NULL:
            return written.tested(_flag(written))
        case Operator.SIZE:
            return written.tested(_count(written))
        case Operator.ALL:
            return written.tested(_list(written, innermost(node)), innermost(node))
        case Operator.IN | Operator.NIN:
            return _membership(written, innermost(node))
        case Operator.CONTAINS if node.kind is Kind.LIST:
            written = replace(written, operator=Operator.EQ)
            return written.tested(_scalar(written, innermost(node)), innermost(node))
        case operator if operator in _TEXTS:
            return written.tested(_text(written), innermost(node))
        case operator if operator in _WORDS:
            found = words.read(operator, written.value, name=written.asks, at=written.at_value)
            return written.tested(found)
        case operator if operator in _AREAS:
            return written.tested(places.read(operator, written.value, written.at_value))
        case _:
            return written.tested(_scalar(written, innermost(node)), innermost(node))


def element(path: str, scope: Scope, at_path: str, at: str) -> Scope:
    """The scope of the elements of a list.

    :raises Invalid: there is no such property, or it is no list.
    """
    node = scope.steps(path, at_path)[-1]
    if node.kind is not Kind.LIST:
        message = f"{path!r} is of the type {node.kind.value}; only a list has elements to match."
        raise Invalid(at, message)
    return scope.inside(path)


def innermost(node: Property) -> Property:
    """What a test on a list compares: the elements, through lists of lists."""
    while node.kind is Kind.LIST:
        node = node.element
    return node


def _check_operator(written: Written, node: Property) -> None:
    fitting = _fitting(node)
    if written.operator not in fitting:
        names = ", ".join(each.value for each in Operator if each in fitting)
        raise Invalid(
            written.at_operator,
            f"{written.name} is of the type {node.kind.value}, which {written.asks} does not fit; "
            f"use one of {names}.",
        )


def _fitting(node: Property) -> frozenset[Operator]:
    if node.kind is Kind.MAP:
        return _ANY | {Operator.SIZE}
    if node.kind is Kind.LIST:
        return _ANY | {Operator.SIZE} | _fitting_elements(node)
    if node.kind in (Kind.STRUCT, Kind.BINARY):
        return _ANY | (_AREAS if is_place(node) else frozenset())
    is_text = node.kind in (Kind.TEXT, Kind.ENUM)
    return _ANY | _COMPARISONS | (_TEXTS | _WORDS if is_text else frozenset())


def _fitting_elements(node: Property) -> frozenset[Operator]:
    inner = innermost(node)
    if inner.kind in (Kind.MAP, Kind.STRUCT, Kind.BINARY):
        return _fitting(inner) & _AREAS
    flat = {Operator.ALL} if node.element is inner else set()
    return _fitting(inner) | {Operator.CONTAINS} | flat


def _membership(written: Written, node: Property) -> Node:
    found = written.value
    if not isinstance(found, list) or None not in found:
        return written.tested(_list(written, node), node)
    rest = replace(written, operator=Operator.IN)
    nodes = (
        Test(written.path, Operator.IS_NULL, True),
        rest.tested(_list(rest, node, nulls=True), node),
    )
    return Any(nodes) if written.operator is Operator.IN else Nor(nodes)


def _list(written: Written, node: Property, *, nulls: bool = False) -> tuple[Scalar, ...]:
    found = values.listed(written.value, name=written.asks, at=written.at_value)
    return tuple(
        values.scalar(each, node, name=written.name, at=f"{written.at_value}.{index}")
        for index, each in enumerate(found)
        if not (nulls and each is None)
    )


def _scalar(written: Written, node: Property) -> Scalar:
    return values.scalar(written.value, node, name=written.name, at=written.at_value)


def _text(written: Written) -> str:
    text = values.text(written.value, name=written.asks, at=written.at_value)
    if written.operator is Operator.REGEX:
        regex.check(text, written.at_value, cased=written.case_sensitive)
    return text


def _flag(written: Written) -> bool:
    return values.flag(written.value, name=written.asks, at=written.at_value)


def _count(written: Written) -> int:
    return values.count(written.value, name=written.asks, at=written.at_value)
