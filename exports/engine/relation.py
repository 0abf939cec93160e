"""The rows of an export as SQL: who may read them, and what a row is.

Three views stand on those of the sources: ``rows``, the documents (or elements of their lists)
that may be read, and ``joined``, the same with the documents that their references name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from exports.engine.behind import Behind
from exports.engine.elements import elements
from exports.engine.filtering import filtered, kept
from exports.engine.request import SampleMethod
from exports.query.catalogue import PUBLIC
from exports.query.condition import condition
from exports.query.expressions import ALIAS
from exports.query.lists import LongLists
from exports.query.reach import prefix_parts
from exports.query.schema import Kind
from exports.query.scope import Scope
from exports.query.tree import EVERYTHING, Any, Operator, Test, paths_of
from exports.query.values import scalar
from exports.sources.relation import ROW

if TYPE_CHECKING:
    from exports.engine.request import Request
    from exports.query.catalogue import Catalogue, Entry
    from exports.query.follow import Following
    from exports.query.schema import Schema

ROWS, JOINED = "rows", "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """How the rows of an export come about.

    :ivar collections: the ids of all that is read, that of the rows first.
    :ivar places: the columns that tell where a row stands in the source; together they rise.
    :ivar parent: the one document whose elements are the rows, which has to be there.
    :ivar readable: the documents behind references that may be read, by collection.
    :ivar rows: the rows that may be read, over the views of the sources.
    :ivar where: the filter, when it asks about what lies behind a reference; otherwise ``rows``
        are filtered already.
    """

    catalogue: Catalogue
    collections: tuple[str, ...]
    schema: Schema
    places: tuple[str, ...]
    parent: exp.Select | None
    readable: Mapping[str, exp.Select]
    rows: exp.Select
    where: exp.Expr | None
    following: Following
    lists: LongLists

    def views(
        self, large: Collection[str] = (), *, few: bool = False
    ) -> Iterator[tuple[str, exp.Select]]:
        """The views to make, in this order.

        :param large: references to so much that it does not fit into memory.
        :param few: there are so few rows that only what they refer to is read of the others.
        """
        names = {each: f"readable{number}" for number, each in enumerate(self.readable)}
        for each, query in self.readable.items():
            yield names[each], query
        yield ROWS, self.rows
        rows, behind = exp.to_table(ROWS), Behind(self.catalogue, names, few)
        yield JOINED, behind.joined(rows, self.schema, self.following, self.places, large)

    def view(self, collection: str) -> str:
        """The name of the view of a collection's documents, as they lie in the source."""
        return source_view(self.collections, collection)


def relate(
    request: Request, catalogue: Catalogue, schema: Schema, following: Following
) -> Relation:
    """How the rows of a request come about.

    :param schema: the one that its paths are relative to.
    :raises Invalid: the one document that the prefix names cannot be there.
    """
    collections = tuple(dict.fromkeys([request.collection, *_targets(following)]))
    lists = LongLists()
    entry = catalogue[request.collection]
    key, path = prefix_parts(request.prefix)

    def documents(collection: str) -> exp.Select:
        table = exp.to_table(source_view(collections, collection)).as_(ALIAS)
        every = exp.select("*").from_(table)
        return restricted(every, catalogue[collection], request.identities, lists)

    rows = documents(request.collection)
    parent = None
    if key is not None:
        rows = parent = filtered(rows, _is_key(key, entry.schema, lists))
    places: tuple[str, ...] = (ROW,)
    if path:
        rows, places = elements(rows, entry.schema, path)
    where = _where(request, schema, lists)
    if where is not None and not (following.behind and _goes_through(request, schema)):
        rows, where = filtered(rows, where), None
    if following.behind or request.sample_method is SampleMethod.RANDOM:
        rows = kept(rows)
    return Relation(
        catalogue=catalogue,
        collections=collections,
        schema=schema,
        places=places,
        parent=parent,
        readable={each: documents(each) for each in collections[1:]},
        rows=rows,
        where=where,
        following=following,
        lists=lists,
    )


def _where(request: Request, schema: Schema, lists: LongLists) -> exp.Expr | None:
    if request.where == EVERYTHING:
        return None
    return condition(request.where, schema, alias=ALIAS, lists=lists).where


def _goes_through(request: Request, schema: Schema) -> bool:
    """Whether the filter asks about what lies behind a reference."""
    scope = Scope(schema)
    return any(step.followed for path in paths_of(request.where) for step in scope.steps(path))


def restricted(
    rows: exp.Select, entry: Entry, identities: tuple[str, ...] | None, lists: LongLists
) -> exp.Select:
    """Only those of a collection's documents that the identities may read."""
    if identities is None or entry.access == PUBLIC:
        return rows
    if entry.access is None:
        return rows.where(exp.false())
    rule = Any(tuple(Test(path, Operator.IN, identities) for path in entry.access))
    return filtered(rows, condition(rule, entry.schema, alias=ALIAS, lists=lists).where)


def source_view(collections: Sequence[str], collection: str) -> str:
    """The name of the view of a collection's documents, as they lie in the source."""
    return f"source{collections.index(collection)}"


def _is_key(key: str, schema: Schema, lists: LongLists) -> exp.Expr:
    [node] = schema.find(schema.key)
    value: object = key
    if node.kind is Kind.INTEGER and re.fullmatch(r"-?\d{1,40}", key):
        value = int(key)
    test = Test(schema.key, Operator.EQ, scalar(value, node, name=repr(schema.key), at="prefix"))
    return condition(test, schema, alias=ALIAS, lists=lists).where


def _targets(following: Following) -> Iterator[str]:
    for behind in following.behind.values():
        yield behind.target
        yield from _targets(behind)
