"""One test of one value, as SQL. As everywhere in a WHERE, null counts as false."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from exports.query.expressions import (
    certain,
    comparable,
    each_of,
    exists,
    function,
    length,
    literal,
    lower,
    number,
    variable,
)
from exports.query.lists import COLUMN, LongLists
from exports.query.points import Point, point
from exports.query.schema import Kind, Property
from exports.query.tree import Operator, Scalar

# Above this, IN costs more than a semi-join and the sort after it. Inside of a list, where the
# subquery has to unnest and regroup every document, that is so only much later.
SHORT = 50
SHORT_INSIDE = 1_000

_TEXTS = {
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "starts_with",
    Operator.ENDS_WITH: "ends_with",
    Operator.TEXT: "contains",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A value of the document, the scalar type it compares as, and whether case matters.

    ``inside`` tells that it is an element of a list.
    """

    value: exp.Expr
    node: Property
    cased: bool = True
    inside: bool = False

    @property
    def left(self) -> exp.Expr:
        """The value as it compares."""
        value = comparable(self.value.copy(), self.node)
        return value if self.cased else lower(value)

    @property
    def type(self) -> str:
        """The name of the type as which it compares."""
        return "VARCHAR" if self.node.kind is Kind.ENUM else self.node.sql

    def right(self, text: str) -> exp.Expr:
        """A literal to compare with."""
        value = literal(text, self.type)
        return value if self.cased else lower(value)

    def points(self, values: Iterable[Scalar]) -> tuple[Point, ...]:
        """Those of the values that the type can hold, each once."""
        found = (point(each, self.node) for each in values)
        return tuple(dict.fromkeys(each for each in found if each.exact))


def compared(subject: Subject, operator: Operator, value: Scalar) -> exp.Expr:
    """The condition for an operator that takes one value and is no complement of another."""
    if operator in _TEXTS:
        return function(_TEXTS[operator], subject.left, subject.right(str(value)))
    match operator:
        case Operator.REGEX:
            flags = () if subject.cased else (exp.Literal.string("i"),)
            text = comparable(subject.value.copy(), subject.node)
            return function("regexp_matches", text, exp.Literal.string(str(value)), *flags)
        case Operator.GT | Operator.GTE:
            return _above(subject, point(value, subject.node), strict=operator is Operator.GT)
        case Operator.LT | Operator.LTE:
            return _below(subject, point(value, subject.node), strict=operator is Operator.LT)
        case _:
            return _equal(subject, point(value, subject.node))


def among(subject: Subject, values: tuple[Scalar, ...], lists: LongLists) -> exp.Expr:
    """The value is one of the values; too many of them for an expression go to ``lists``."""
    points = subject.points(values)
    if not points:
        return exp.false()
    if len(points) == 1:
        return _equal(subject, points[0])
    if len(points) <= (SHORT_INSIDE if subject.inside else SHORT):
        return _among_few(subject, points)
    name = lists.add(subject.type, tuple(each.text for each in points))
    listed = exp.column(COLUMN, table=name)
    query = exp.select(listed if subject.cased else lower(listed)).from_(name)
    return exp.In(this=subject.left, query=query.subquery(copy=False))


def has_all(subject: Subject, values: tuple[Scalar, ...]) -> exp.Expr:
    """The list at ``subject``, whose elements have its type, has all of the values."""
    points = subject.points(values)
    if len(points) < len({point(each, subject.node) for each in values}):
        return exp.false()
    if not points:
        return exists(subject.value)
    wanted = exp.Array(expressions=[subject.right(each.text) for each in points])
    found = function("list_has_all", _elements(subject), wanted)
    if not subject.cased:
        return found
    # Looking for thousands of values in every short list would take minutes.
    enough = exp.GTE(this=length(subject.value), expression=number(len(points)))
    return exp.Case().when(enough, found, copy=False).else_(exp.false(), copy=False)


def _among_few(subject: Subject, points: tuple[Point, ...]) -> exp.Expr:
    # A bare IN would become a join, which loses the order of the source. Below COALESCE it stays
    # a filter, but skips no row groups: the range beside it does.
    few = exp.In(this=subject.left, expressions=[subject.right(each.text) for each in points])
    if subject.inside or not subject.cased or subject.node.kind is Kind.ENUM:
        return certain(few)
    ranks = sorted(points, key=lambda each: each.rank)
    return exp.and_(
        exp.GTE(this=subject.left, expression=subject.right(ranks[0].text)),
        exp.LTE(this=subject.left, expression=subject.right(ranks[-1].text)),
        certain(few),
        copy=False,
    )


def _equal(subject: Subject, at: Point) -> exp.Expr:
    if not at.exact:
        return exp.false()
    return exp.EQ(this=subject.left, expression=subject.right(at.text))


def _above(subject: Subject, at: Point, *, strict: bool) -> exp.Expr:
    if at.beneath:
        return exists(subject.value)
    compare = exp.GT if strict or not at.exact else exp.GTE
    found = compare(this=subject.left, expression=subject.right(at.text))
    if subject.node.kind is not Kind.FLOAT:
        return found
    # DuckDB puts NaN above all numbers.
    return exp.and_(found, exp.not_(function("isnan", subject.left)), copy=False)


def _below(subject: Subject, at: Point, *, strict: bool) -> exp.Expr:
    if at.beneath:
        return exp.false()
    compare = exp.LT if strict and at.exact else exp.LTE
    return compare(this=subject.left, expression=subject.right(at.text))


def _elements(subject: Subject) -> exp.Expr:
    """The list, its elements as they compare."""
    each = Subject(variable("_e"), subject.node, subject.cased)
    if each.left == each.value:
        return subject.value
    return function("list_transform", subject.value, each_of("_e", each.left))
