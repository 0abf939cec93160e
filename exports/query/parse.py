"""From what a request says under ``where`` to the tree, whichever dialect it is written in."""

from __future__ import annotations

from enum import StrEnum

from exports.query import bounds, jsontext, logical, queryobject
from exports.query.errors import Invalid, TooLarge
from exports.query.mixed import mixed
from exports.query.schema import Schema
from exports.query.scope import Scope
from exports.query.tree import EVERYTHING, Node, words_of
from exports.query.values import shown
from exports.query.words import WORDS


class Dialect(StrEnum):
    """A way to write a filter."""

    LOGICAL = "logical_operator"
    QUERY = "query_object"


def parse(where: object, schema: Schema, *, dialect: Dialect | None = None) -> Node:
    """The tree of a filter, checked against the schema.

    :param where: an object, the same as JSON text, or nothing, which is everything. Prefer the
        text where it is at hand: it keeps fractions exactly.
    :param dialect: what it is written in; by default its outermost keys tell.
    :raises TooLarge: a bound is passed; checked before anything else.
    :raises Invalid: it cannot be read or does not fit; ``path`` begins with ``where``.
    """
    if isinstance(where, str):
        where = jsontext.read(where)
    bounds.check(where)
    if where is None:
        return EVERYTHING
    if not isinstance(where, dict):
        raise Invalid("where", f'A filter is an object: {{"origin": "JFK"}}, not {shown(where)}.')
    if (dialect or _dialect(where)) is Dialect.LOGICAL:
        tree = logical.parse(where, Scope(schema))
    else:
        tree = queryobject.parse(where, Scope(schema))
    if (count := sum(map(len, words_of(tree)))) > WORDS:
        message = f"The filter asks for {count} words; it may ask for at most {WORDS}, all in all."
        raise TooLarge("where", message)
    return tree


def _dialect(where: dict[str, object]) -> Dialect:
    if not where.keys() & logical.KEYS:
        return Dialect.QUERY
    if foreign := next((name for name in where if name.startswith("$")), None):
        raise mixed(f"where.{foreign}")
    return Dialect.LOGICAL
