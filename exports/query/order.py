"""The order that a request asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from exports.query.errors import Invalid
from exports.query.expressions import comparable, reached
from exports.query.schema import Kind, Property, Schema
from exports.query.scope import Scope


@dataclass(frozen=True, slots=True)
class Order:
    """One property to sort by."""

    path: str
    steps: tuple[Property, ...]
    descending: bool


def parse(schema: Schema, paths: Sequence[str]) -> tuple[Order, ...]:
    """What ``order_by`` says; the key breaks ties, so that the order is total.

    Without paths there is no order: the documents come as the source has them.

    :param paths: dot paths, ``-`` before one for descending.
    :raises Invalid: no such property, no single value, or named twice; the error's path is
        ``order_by.<index>``.
    """
    orders = [_one(schema, path, f"order_by.{index}") for index, path in enumerate(paths)]
    names = [each.path for each in orders]
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"{name!r} is named twice; leave one of the two out."
            raise Invalid(f"order_by.{index}", message)
    if orders:
        rest = [name for name in schema.keys if name not in names]
        orders += [Order(name, schema.find(name), descending=False) for name in rest]
    return tuple(orders)


def ordering(orders: Sequence[Order], *, alias: str = "d") -> list[exp.Ordered]:
    """The terms of an ORDER BY; text goes by code point, nulls come last either way."""
    return [
        exp.Ordered(
            this=comparable(reached(each.steps, alias), each.steps[-1]),
            desc=each.descending,
            nulls_first=False,
        )
        for each in orders
    ]


def _one(schema: Schema, path: str, at: str) -> Order:
    name = path.removeprefix("-")
    steps = Scope(schema).steps(name, at)
    if steps[-1].kind.nested:
        message = f"{name!r} is of the type {steps[-1].kind.value}; name a single value to sort by."
        raise Invalid(at, message)
    if any(step.kind is Kind.LIST for step in steps):
        message = f"{name!r} lies in a list, of which a document has many; name a single value."
        raise Invalid(at, message)
    return Order(name, steps, descending=path != name)
