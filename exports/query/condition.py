"""The tree as SQL: one condition over the documents, and the tables that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlglot import exp

from exports.query.areas import Box, Circle, Polygon
from exports.query.comparisons import Subject, among, compared, has_all
from exports.query.expressions import (
    column,
    comparable,
    each_of,
    exists,
    function,
    length,
    negated,
    number,
    variable,
)
from exports.query.expressions import field as field_of
from exports.query.geo import within
from exports.query.lists import LongList, LongLists
from exports.query.schema import Kind, Property, Schema
from exports.query.scope import Scope
from exports.query.tree import All, Any, Element, Node, Nor, Not, Operator, Test
from exports.query.words import has_phrase, has_words

Leaf = Callable[[exp.Expr, Property], exp.Expr]

_COMPLEMENTS = {Operator.NE: Operator.EQ, Operator.NIN: Operator.IN}
_OF_LISTS = frozenset({Operator.EXISTS, Operator.SIZE, Operator.ALL})


@dataclass(frozen=True, slots=True)
class Condition:
    """What a filter means to DuckDB.

    ``where`` is right as a WHERE, or joined to others there by AND: null counts as false in it.
    The tables of ``lists`` have to be there before it runs.
    """

    where: exp.Expr
    lists: tuple[LongList, ...]


def condition(
    node: Node, schema: Schema, *, alias: str = "d", lists: LongLists | None = None
) -> Condition:
    """The condition that is true for the documents that the tree matches.

    :param node: a tree as ``parse`` makes it, checked against the same schema.
    :param alias: the name under which the SQL reads the documents.
    :param lists: those of other conditions of the same query, to which its own are added.
    """
    compiler = _Compiler(alias, LongLists() if lists is None else lists)
    where = compiler.node(node, Scope(schema), None)
    return Condition(where, tuple(compiler.lists.found))


@dataclass(slots=True)
class _Compiler:
    """Walks the tree; ``depth`` counts the lists around the place where it is."""

    alias: str
    lists: LongLists = field(default_factory=LongLists)
    depth: int = 0

    def node(self, node: Node, scope: Scope, element: exp.Expr | None) -> exp.Expr:
        """``element`` is the variable of the list element that paths are relative to."""
        match node:
            case All(nodes):
                parts = [self.node(each, scope, element) for each in nodes]
                return exp.and_(*parts, copy=False) if parts else exp.true()
            case Any(nodes):
                parts = [self.node(each, scope, element) for each in nodes]
                return exp.or_(*parts, copy=False) if parts else exp.false()
            case Nor(nodes):
                return negated(self.node(Any(nodes), scope, element))
            case Not(inner):
                return negated(self.node(inner, scope, element))
            case Element(path, inner):
                elements = scope.inside(path)
                return self._at(path, scope, element, self._matching(inner, elements))
            case Test():
                return self._test(node, scope, element)

    def _matching(self, node: Node, elements: Scope) -> Leaf:
        def leaf(value: exp.Expr, _: Property) -> exp.Expr:
            return self._any(value, lambda each: self.node(node, elements, each))

        return leaf

    def _test(self, test: Test, scope: Scope, element: exp.Expr | None) -> exp.Expr:
        """The complements are written as such, of a condition that no null can blur."""
        match test:
            case Test(path, Operator.NE | Operator.NIN as operator, value, cased):
                opposite = Test(path, _COMPLEMENTS[operator], value, cased)
                return negated(self._test(opposite, scope, element))
            case Test(path, Operator.IS_NULL, value):
                return self._test(Test(path, Operator.EXISTS, not value), scope, element)
            case Test(path, Operator.EXISTS, False):
                return negated(self._test(Test(path, Operator.EXISTS, True), scope, element))
        return self._at(test.path, scope, element, lambda *at: self._leaf(test, *at))

    def _at(self, path: str, scope: Scope, element: exp.Expr | None, leaf: Leaf) -> exp.Expr:
        """The condition at the end of a path, for some element of each list on the way."""
        steps = scope.steps(path)
        if element is None:
            return self._along(column(steps[0].name, self.alias), steps, leaf)
        start = field_of(element.copy(), steps[0].name) if path else element.copy()
        return self._along(start, steps, leaf)

    def _along(self, value: exp.Expr, steps: tuple[Property, ...], leaf: Leaf) -> exp.Expr:
        here, *rest = steps
        if not rest:
            return leaf(value, here)
        if here.kind is Kind.LIST:
            return self._any(value, lambda each: self._along(each, tuple(rest), leaf))
        return self._along(field_of(value, rest[0].name), tuple(rest), leaf)

    def _leaf(self, test: Test, value: exp.Expr, node: Property) -> exp.Expr:
        if node.kind is Kind.LIST and test.operator not in _OF_LISTS:
            return self._any(value, lambda each: self._leaf(test, each, node.element))
        match test.operator, test.value:
            case Operator.EXISTS, _:
                return exists(value)
            case Operator.SIZE, int() as size:
                count = length(value) if node.kind is Kind.LIST else function("cardinality", value)
                return exp.EQ(this=count, expression=number(size))
            case Operator.ALL, tuple() as values:
                return has_all(self._subject(test, value, node.element), values)
            case Operator.IN, tuple() as values:
                return among(self._subject(test, value, node), values, self.lists)
            case Operator.WORDS, tuple() as words:
                return has_words(comparable(value, node), words)
            case Operator.PHRASE, tuple() as words:
                return has_phrase(comparable(value, node), words)
            case _, Circle() | Box() | Polygon() as area:
                return within(area, value, node)
            case operator, bool() | int() | str() | Decimal() as single:
                return compared(self._subject(test, value, node), operator, single)
        raise TypeError(f"{test.operator} with {test.value!r}")

    def _subject(self, test: Test, value: exp.Expr, node: Property) -> Subject:
        return Subject(value, node, cased=test.case_sensitive, inside=self.depth > 0)

    def _any(self, value: exp.Expr, body: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
        """Some element of the list satisfies the body.

        A lambda cannot hold a subquery, so where the body reads a long list the elements become
        rows.
        """
        name = f"_e{self.depth}"
        self.depth += 1
        inner = body(variable(name))
        self.depth -= 1
        if inner.find(exp.Select):
            return _some_row(value, name, inner)
        found = function("list_filter", value, each_of(name, inner))
        return exp.GT(this=length(found), expression=number(0))


def _some_row(value: exp.Expr, name: str, body: exp.Expr) -> exp.Expr:
    rows = exp.Unnest(
        expressions=[value],
        alias=exp.TableAlias(
            this=exp.to_identifier(f"{name}_rows"), columns=[exp.to_identifier(name)]
        ),
    )
    return exp.Exists(this=exp.select(number(1)).from_(rows).where(body))
