"""The dialect Query object: properties with operators that begin with a dollar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exports.query import check, regex
from exports.query.check import Written
from exports.query.errors import Invalid, UnknownProperty, nearest
from exports.query.logical import KEYS as OTHER_KEYS
from exports.query.mixed import mixed
from exports.query.scope import Scope
from exports.query.tree import All, Any, Element, Node, Nor, Not, Operator, joined
from exports.query.values import shown, text

_GROUPS: dict[str, type[All] | type[Any] | type[Nor]] = {"$and": All, "$or": Any, "$nor": Nor}
_OPERATORS = {
    f"${each.value}": each
    for each in (
        Operator.EQ,
        Operator.NE,
        Operator.GT,
        Operator.GTE,
        Operator.LT,
        Operator.LTE,
        Operator.IN,
        Operator.NIN,
        Operator.REGEX,
        Operator.ALL,
        Operator.SIZE,
        Operator.EXISTS,
    )
}
_NAMES = (*_GROUPS, "$not", *_OPERATORS, "$elemMatch")


def parse(where: dict[str, object], scope: Scope) -> Node:
    """The tree of a filter within its bounds. Text compares with case.

    :raises Invalid: what is written is no filter, or does not fit the schema.
    """
    return _Reader(scope).node(where, "where")


@dataclass(frozen=True, slots=True)
class _Reader:
    scope: Scope

    def node(self, node: object, at: str) -> Node:
        if not isinstance(node, dict):
            raise Invalid(at, f'Write an object such as {{"origin": "JFK"}}, not {shown(node)}.')
        return joined(tuple(self.part(*each, f"{at}.{each[0]}") for each in node.items()))

    def part(self, name: str, value: object, at: str) -> Node:
        if name in _GROUPS:
            return self.group(name, value, at)
        if name == "$not":
            return Not(self.negated(value, at))
        if name.startswith("$"):
            return self.misplaced(name, value, at)
        if name in OTHER_KEYS and not self.knows(name):
            raise mixed(at)
        if isinstance(value, dict):
            return joined(tuple(self.operators(name, value, at)))
        return check.test(Written(name, Operator.EQ, value, True, at, at, at), self.scope)

    def group(self, name: str, value: object, at: str) -> Node:
        if not isinstance(value, list):
            raise Invalid(at, f"{name!r} takes a list of objects, not {shown(value)}.")
        return _GROUPS[name](tuple(self.node(each, f"{at}.{i}") for i, each in enumerate(value)))

    def negated(self, value: object, at: str) -> Node:
        if isinstance(value, str):
            return check.test(Written(value, Operator.EQ, True, True, at, at, at), self.scope)
        return self.node(value, at)

    def misplaced(self, name: str, value: object, at: str) -> Node:
        """An operator without a property: right only where it is asked of an element itself."""
        if name not in _NAMES:
            raise _unknown(name, at)
        if self.scope.element is None:
            message = f'{name!r} belongs under a property: {{"distance_miles": {{"$gt": 500}}}}.'
            raise Invalid(at, message)
        return self.operator("", name, value, at)

    def operators(self, path: str, value: dict[str, object], at: str) -> Iterator[Node]:
        if not value:
            raise Invalid(at, f'An operator is missing: {{{path!r}: {{"$gt": 500}}}}.')
        for name, inner in value.items():
            if not name.startswith("$"):
                message = f"Write the path with a dot, '{path}.{name}', or begin operators with $."
                raise Invalid(f"{at}.{name}", message)
            yield self.operator(path, name, inner, f"{at}.{name}")

    def operator(self, path: str, name: str, value: object, at: str) -> Node:
        if name == "$not":
            if not isinstance(value, dict):
                raise Invalid(at, f"'$not' takes operators: {{\"$gt\": 5}}, not {shown(value)}.")
            return Not(joined(tuple(self.operators(path, value, at))))
        if name == "$elemMatch":
            elements = check.element(path, self.scope, at.removesuffix(f".{name}"), at)
            return Element(path, _Reader(elements).node(value, at))
        if name in _GROUPS:
            raise Invalid(at, f"{name!r} stands outside of a property, around whole objects.")
        if name not in _OPERATORS:
            raise _unknown(name, at)
        return self.tested(path, _OPERATORS[name], value, at)

    def tested(self, path: str, operator: Operator, value: object, at: str) -> Node:
        cased = True
        if operator is Operator.REGEX:
            value, cased = regex.literal(text(value, name="'$regex'", at=at), at)
        at_path = at.removesuffix(f".${operator.value}") if path else at
        return check.test(Written(path, operator, value, cased, at_path, at, at), self.scope)

    def knows(self, path: str) -> bool:
        try:
            self.scope.steps(path)
        except UnknownProperty:
            return False
        return True


def _unknown(name: str, at: str) -> Invalid:
    hint = nearest(name, _NAMES)
    if name == "$options":
        hint = ' Flags stand behind the pattern: "/^s/i".'
    return Invalid(at, f"There is no operator {name!r}.{hint} Use {', '.join(_NAMES)}.")
