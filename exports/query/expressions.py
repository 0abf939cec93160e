"""The few SQL expressions from which filters and selections are put together.

Only ``exp.and_``, ``exp.or_`` and ``exp.not_`` join conditions: they put the brackets.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB  # by name it would be loaded late, within a run

from exports.query.schema import Kind, Property

ALIAS = "d"  # by which a query knows the rows that it reads
Home = Callable[[str], exp.Expr]  # the columns or fields around, by their names

_NEVER_NULL = (exp.Is, exp.Boolean, exp.Exists, exp.Coalesce)


def column(name: str, alias: str) -> exp.Expr:
    """A column of the documents, always qualified: ``d."name"``."""
    return exp.column(name, table=alias, quoted=True)


def field(value: exp.Expr, name: str) -> exp.Expr:
    """A field of a struct; null where the struct is null."""
    return function("struct_extract", value, exp.Literal.string(name))


def reached(steps: tuple[Property, ...], alias: str) -> exp.Expr:
    """The value at the end of a path through structs."""
    value = column(steps[0].name, alias)
    for step in steps[1:]:
        value = field(value, step.name)
    return value


def literal(text: str, sql: str) -> exp.Expr:
    """A value of a type, from its text."""
    value = exp.Literal.string(text)
    return value if sql == "VARCHAR" else cast(value, sql)


def cast(value: exp.Expr, sql: str) -> exp.Expr:
    return exp.Cast(this=value, to=_type(sql).copy())


def function(name: str, *values: exp.Expr) -> exp.Expr:
    return exp.func(name, *values, dialect=DuckDB)


def named(value: exp.Expr, name: str) -> exp.Expr:
    """The value as a column of this name."""
    return exp.alias_(value, name, quoted=True)


def struct(fields: Mapping[str, exp.Expr]) -> exp.Expr:
    """A struct of these fields."""
    pairs = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=value)
        for name, value in fields.items()
    ]
    return exp.Anonymous(this="struct_pack", expressions=pairs)


def unnested(values: exp.Expr) -> exp.Expr:
    """The elements of a list, one row each."""
    return exp.Anonymous(this="unnest", expressions=[values])


def number(value: int) -> exp.Expr:
    """A count, as it compares with the length of a list."""
    return exp.Literal.number(value)


def length(value: exp.Expr) -> exp.Expr:
    """How many elements a list has."""
    return exp.Length(this=value)


def variable(name: str) -> exp.Expr:
    """An element of a list: in a lambda, or as a column of its unnested rows."""
    return exp.column(name)


def each_of(name: str, body: exp.Expr) -> exp.Expr:
    """The lambda with the variable ``name``."""
    return exp.Lambda(
        this=body.transform(lambda part: _bare(part, name), copy=False),
        expressions=[exp.to_identifier(name)],
    )


def lower(value: exp.Expr) -> exp.Expr:
    return function("lower", value)


def exists(value: exp.Expr) -> exp.Expr:
    """The value is not null."""
    return exp.not_(exp.Is(this=value, expression=exp.null()), copy=False)


def certain(condition: exp.Expr) -> exp.Expr:
    """The condition with null as false, for the places where the two differ: below NOT."""
    inner = condition.this if isinstance(condition, exp.Not) else condition
    if isinstance(inner, _NEVER_NULL):
        return condition
    return function("coalesce", condition, exp.false())


def negated(condition: exp.Expr) -> exp.Expr:
    """True where the condition is false or null."""
    if isinstance(condition, exp.Not) and certain(condition) is condition:
        inner: exp.Expr = condition.this
        return inner
    return exp.not_(certain(condition), copy=False)


def comparable(value: exp.Expr, node: Property) -> exp.Expr:
    """The value as it compares: an enum by its text, not by its place in the list."""
    return cast(value, "VARCHAR") if node.kind is Kind.ENUM else value


def _bare(part: exp.Expr, name: str) -> exp.Expr:
    is_variable = isinstance(part, exp.Column) and not part.table and part.name == name
    return part.this if is_variable else part


@functools.lru_cache(maxsize=256)
def _type(sql: str) -> exp.DataType:
    return exp.DataType.build(sql, dialect=DuckDB)
