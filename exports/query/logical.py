"""The dialect LogicalOperator: AND, OR, NOT around leaves of field, operator, value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exports.query.check import NAMES, Written, test
from exports.query.errors import Invalid, nearest
from exports.query.mixed import mixed
from exports.query.scope import Scope
from exports.query.tree import All, Any, Node, Nor, Operator, joined
from exports.query.values import shown

KEYS = frozenset({"AND", "OR", "NOT", "field"})

_GROUPS: dict[str, type[All] | type[Any] | type[Nor]] = {"AND": All, "OR": Any, "NOT": Nor}
_LEAF = ("field", "operator", "value", "case_sensitive")


def parse(where: dict[str, object], scope: Scope) -> Node:
    """The tree of a filter within its bounds.

    Text compares without case unless ``case_sensitive: true`` stands on the node or above it.

    :raises Invalid: what is written is no filter, or does not fit the schema.
    """
    return _Reader(scope).node(where, "where", cased=False)


@dataclass(frozen=True, slots=True)
class _Reader:
    scope: Scope

    def node(self, node: object, at: str, *, cased: bool) -> Node:
        if not isinstance(node, dict):
            message = (
                f'Write an object such as {{"field": "origin", "value": "JFK"}}, not {shown(node)}.'
            )
            raise Invalid(at, message)
        cased = _flag(node, at) or cased
        if "field" in node:
            return self.leaf(node, at, cased=cased)
        return joined(tuple(self.parts(node, at, cased=cased)))

    def parts(self, node: dict[str, object], at: str, *, cased: bool) -> Iterator[Node]:
        for name, value in node.items():
            if name in _GROUPS and value is not None:
                yield self.group(name, value, f"{at}.{name}", cased=cased)
            elif name not in _GROUPS and name != "case_sensitive":
                yield self.shorthand(name, value, f"{at}.{name}", cased=cased)

    def group(self, name: str, value: object, at: str, *, cased: bool) -> Node:
        if not isinstance(value, list):
            return _GROUPS[name]((self.node(value, at, cased=cased),))
        nodes = (self.node(each, f"{at}.{i}", cased=cased) for i, each in enumerate(value))
        return _GROUPS[name](tuple(nodes))

    def shorthand(self, name: str, value: object, at: str, *, cased: bool) -> Node:
        if name.startswith("$") or _is_query(value):
            raise mixed(at)
        return test(Written(name, Operator.EQ, value, cased, at, at, at), self.scope)

    def leaf(self, node: dict[str, object], at: str, *, cased: bool) -> Node:
        for name in node:
            if name not in _LEAF:
                hint = nearest(name, _LEAF)
                message = f"A test has field, operator and value, but no {name!r}.{hint}"
                raise Invalid(f"{at}.{name}", message)
        if "value" not in node:
            raise Invalid(f"{at}.value", "The test has no value; write one, such as null.")
        if _is_query(node["value"]):
            raise mixed(f"{at}.value")
        written = Written(
            path=_field(node["field"], f"{at}.field"),
            operator=_operator(node.get("operator"), f"{at}.operator"),
            value=node["value"],
            case_sensitive=cased,
            at_path=f"{at}.field",
            at_operator=f"{at}.operator",
            at_value=f"{at}.value",
        )
        return test(written, self.scope)


def _is_query(value: object) -> bool:
    return isinstance(value, dict) and any(name.startswith("$") for name in value)


def _field(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise Invalid(at, f'Name the property as text, such as "origin", not {shown(value)}.')
    return value


def _flag(node: dict[str, object], at: str) -> bool:
    value = node.get("case_sensitive")
    if value is not None and not isinstance(value, bool):
        raise Invalid(f"{at}.case_sensitive", f"Write true or false, not {shown(value)}.")
    return value is True


def _operator(value: object, at: str) -> Operator:
    if value is None:
        return Operator.EQ
    if not isinstance(value, str):
        raise Invalid(at, f'Name the operator as text, such as "gt", not {shown(value)}.')
    if value in set(Operator):
        return Operator(value)
    message = f"There is no operator {shown(value)}.{nearest(value, NAMES)}"
    raise Invalid(at, f"{message} The operators are {', '.join(NAMES)}.")
