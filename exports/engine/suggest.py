"""The values that a property has, the most frequent first, for somebody who writes a filter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from exports.engine.plan import plan
from exports.engine.relation import JOINED
from exports.engine.short import short_look
from exports.query.errors import Invalid
from exports.query.expressions import ALIAS, cast, column, exists, field, function, unnested
from exports.query.schema import Kind, Role
from exports.query.scope import Scope
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from threading import Event

    from exports.engine.request import Request
    from exports.query.catalogue import Catalogue
    from exports.query.schema import Property
    from exports.sources.remote import Remote
    from exports.sources.source import Source

SUGGESTED = frozenset(
    {Kind.TEXT, Kind.ENUM, Kind.BOOLEAN, Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.UUID}
)
LONGEST = 200  # characters of a value that is worth suggesting
_VALUE = "value"


def suggest(
    request: Request,
    catalogue: Catalogue,
    sources: Mapping[str, Source],
    *,
    path: str,
    typed: str,
    limit: int,
    scratch: Path,
    stop: Event,
    seconds: float = 2.0,
    remote: Remote | None = None,
) -> tuple[str, ...]:
    """The values at a path in the rows that may be read, each as text.

    :param request: whose rows; its filter counts too.
    :param path: of a text, a number, a truth value, or a list of them.
    :param typed: how the values begin, whatever the case.
    :param limit: at most so many.
    :param scratch: a folder of its own; it is made, and removed at the end.
    :param stop: set it from another thread to end at once.
    :raises Invalid: the path names nothing, or something that has no such values.
    :raises TooSlow: they cannot be found in this time.
    :raises EngineError: another reason why there are none; :class:`Cancelled` after ``stop``.
    """
    asked = plan(replace(request, paths=(path,)), catalogue)
    query = _query(suggestible(Scope(asked.schema), path), typed, limit)
    with short_look(
        asked, sources, scratch=scratch, stop=stop, seconds=seconds, remote=remote
    ) as reader:
        found = [each.column(0).to_pylist() for each in reader.batches(query, limit)]
        return tuple(value for values in found for value in values)


def suggestible(scope: Scope, path: str) -> tuple[Property, ...]:
    """The properties on the way to values that can be suggested.

    :raises Invalid: there is no such property, or it holds no text, number or truth value.
    """
    steps = scope.steps(path, "field")
    inner = steps[-1]
    while inner.kind is Kind.LIST:
        inner = inner.element
    if inner.kind not in SUGGESTED or any(step.role is Role.VECTOR for step in steps):
        raise Invalid("field", f"There are no values to suggest for {path!r}.")
    return steps


def _query(steps: tuple[Property, ...], typed: str, limit: int) -> str:
    values = _values(steps).subquery("found")
    value = exp.column(_VALUE, quoted=True)
    fits = function("starts_with", function("lower", value.copy()), _lowered(typed))
    short = exp.LTE(this=exp.Length(this=value.copy()), expression=exp.Literal.number(LONGEST))
    found = exp.select(value).from_(values).where(exists(value.copy()), short, fits)
    return text(found.group_by(value.copy()).order_by("count(*) DESC", value.copy()).limit(limit))


def _values(steps: tuple[Property, ...]) -> exp.Select:
    """Every value at the end of a path as text, one row each, through the lists on its way."""
    here, *rest = steps
    query = exp.select(column(here.name, ALIAS).as_(_VALUE)).from_(exp.to_table(JOINED).as_(ALIAS))
    for step in rest:
        query = _next(query, here, step)
        here = step
    while here.kind is Kind.LIST:
        query = _next(query, here, here.element)
        here = here.element
    value = exp.column(_VALUE, table=ALIAS, quoted=True)
    return exp.select(cast(value, "VARCHAR").as_(_VALUE)).from_(query.subquery(ALIAS))


def _next(query: exp.Select, outer: Property, inner: Property) -> exp.Select:
    value = exp.column(_VALUE, table=ALIAS, quoted=True)
    reached = unnested(value) if outer.kind is Kind.LIST else field(value, inner.name)
    return exp.select(reached.as_(_VALUE)).from_(query.subquery(ALIAS))


def _lowered(typed: str) -> exp.Expr:
    return function("lower", exp.Literal.string(typed))
