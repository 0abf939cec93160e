"""From a request to what will be run and what will come out; nothing is read for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from exports.engine.compression import EXTENSIONS
from exports.engine.fitting import check_fitting
from exports.engine.lost import lost
from exports.engine.named import FILES, KEY, files_of, listed
from exports.engine.relation import JOINED, ROWS, Relation, relate
from exports.engine.request import Format, Nested, SampleMethod
from exports.engine.table import Column, Table, arrow_schema, columns_of, places
from exports.query.columns import choose
from exports.query.errors import Invalid
from exports.query.expressions import ALIAS, cast, column, function, named
from exports.query.follow import Following
from exports.query.order import Order, ordering, parse
from exports.query.reach import reading_schema
from exports.query.scope import Scope
from exports.query.tree import EVERYTHING, paths_of
from exports.query.vectors import vectors
from exports.sources.relation import ROW
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exports.engine.request import Request
    from exports.query.catalogue import Catalogue
    from exports.query.lists import LongList
    from exports.query.schema import Property, Schema

SAMPLE = "sampled"
NAME = 150  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an export runs and what comes out of it.

    :ivar relation: how the rows come about.
    :ivar data: the file of the rows. :ivar vectors: that of their vectors, if they are wanted.
    :ivar files: the query of the files that the rows name, if they are to come along.
    :ivar count: the query of how many rows there will be; empty when every document is taken.
    :ivar sample: makes the table of the rows of a random sample; empty for no such sample.
    :ivar parent: the query that counts the one document whose elements are wanted, or empty.
    :ivar archive: the name of the zip into which everything goes, or empty.
    :ivar sorts: an order was asked for; otherwise the rows come in the order of the source.
    """

    request: Request
    schema: Schema
    relation: Relation
    data: Table
    vectors: Table | None
    files: str
    count: str
    sample: str
    parent: str
    archive: str
    sorts: bool
    _rows: _Rows

    @property
    def found(self) -> str:
        """The query of the documents of all rows, by their places, without a sample or an order.

        It reads no more than finding them needs.
        """
        return self._rows.found()

    @property
    def picks(self) -> str:
        """The same of the rows that are written, in their order, however many they are."""
        return self._rows.picks()

    @property
    def lists(self) -> tuple[LongList, ...]:
        """The tables that the queries need, of values that stand in the request."""
        return tuple(self.relation.lists.found)

    @property
    def joins(self) -> bool:
        """Whether rows are looked up in something, which keeps their order in one thread only."""
        return bool(self.lists or self.sample or self.relation.following.behind)

    @property
    def tables(self) -> tuple[Table, ...]:
        return (self.data, self.vectors) if self.vectors else (self.data,)


def plan(request: Request, catalogue: Catalogue) -> Plan:
    """What a request means for the collections that there are.

    :raises Invalid: a field of the request does not fit the collection, or another field.
    """
    check_fitting(request)
    schema = reading_schema(catalogue, request.collection, request.prefix)
    chosen = choose(schema, request.paths, request.include, request.expand)
    orders = parse(schema, request.order_by)
    relation = relate(
        request,
        catalogue,
        schema,
        _following(request, schema, chosen, orders),
    )
    rows = _Rows(request, relation, orders)
    columns = columns_of(schema, chosen, request)
    missing = lost(relation.following)
    return Plan(
        request=request,
        schema=schema,
        relation=relation,
        data=rows.table(f"data.{request.format}", columns, missing),
        vectors=_vectors(rows, catalogue) if request.include_vectors else None,
        files=_files(rows, chosen) if request.export_files else "",
        count=rows.count(),
        sample=rows.sample(),
        parent=_parent(relation),
        archive=f"{_named(catalogue, request)}.zip" if request.archive else "",
        sorts=bool(orders),
        _rows=rows,
    )


def _following(
    request: Request, schema: Schema, chosen: Sequence[Property], orders: Sequence[Order]
) -> Following:
    following = Following()
    following.write(chosen)
    for path in paths_of(request.where):
        following.add(Scope(schema).steps(path))
    for each in orders:
        following.add(each.steps)
    return following


def _vectors(rows: _Rows, catalogue: Catalogue) -> Table:
    request, schema = rows.request, rows.relation.schema
    found = vectors(schema, fixed=request.format is Format.PARQUET)
    if request.prefix:
        message = "The vectors belong to documents, not to elements of a list; leave one out."
        raise Invalid("include_vectors", message)
    if not found:
        message = "The collection has no vectors. Leave 'include_vectors' out."
        raise Invalid("include_vectors", message)
    options = replace(request.csv, nested=Nested.FLATTEN)
    plain = replace(request, paths=(), include=(), expand=(), export_files=False, csv=options)
    columns = columns_of(schema, (*schema.find(schema.key), *found), plain)
    name = _named(catalogue, request)
    return rows.table(f"{name}_vectors.{request.format}", columns, {})


def _named(catalogue: Catalogue, request: Request) -> str:
    """The collection's name as the beginning of a file's, which may have 255 bytes in all."""
    return catalogue[request.collection].name.encode()[:NAME].decode(errors="ignore")


def _files(rows: _Rows, chosen: Sequence[Property]) -> str:
    found = files_of(chosen)
    if found is None:
        message = "None of the exported fields is a file. Name one in 'paths' or 'include'."
        raise Invalid("export_files", message)
    key = column(rows.relation.schema.key, ALIAS)
    return text(listed(rows.of(exp.select(key.as_(KEY), found.as_(FILES)))))


def _parent(relation: Relation) -> str:
    if relation.parent is None:
        return ""
    return text(exp.select("count(*)").from_(relation.parent.subquery(ALIAS)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows that a request is about: filtered, sampled and in their order."""

    request: Request
    relation: Relation
    orders: tuple[Order, ...]

    def table(self, name: str, columns: Sequence[Column], missing: Mapping[str, exp.Expr]) -> Table:
        identity, around = self.relation.places, self.request.around
        values = [named(each, f".lost{n}") for n, each in enumerate(missing.values())]
        query = exp.select(*places(identity), *values, *(each.aliased for each in columns))
        return Table(
            name=f"{name}{EXTENSIONS[around]}" if around else name,
            query=text(self.of(query)),
            columns=tuple(each.node for each in columns),
            arrow=arrow_schema(columns, self.request),
            places=identity,
            lost=tuple(missing),
        )

    def of(self, query: exp.Select) -> exp.Select:
        """The query made to read the rows, under the alias ``d``."""
        query = self._arranged(query.from_(exp.to_table(JOINED).as_(ALIAS)))
        if self.request.sample_size and not self._is_random:
            query = query.limit(self.request.sample_size)
        return query

    def found(self) -> str:
        return text(self._filtered(exp.select(column(ROW, ALIAS)).from_(self._base)))

    def picks(self) -> str:
        behind = any(step.followed for each in self.orders for step in each.steps)
        base = exp.to_table(JOINED).as_(ALIAS) if behind else self._base
        return text(self._arranged(exp.select(column(ROW, ALIAS)).from_(base)))

    def count(self) -> str:
        asked = self.request.where, self.request.prefix, self.request.identities
        if asked == (EVERYTHING, "", None):
            return ""
        return text(self._filtered(exp.select("count(*)").from_(self._base)))

    def sample(self) -> str:
        """Makes the table of the places of a random sample: those whose digest is least."""
        if not self._is_random:
            return ""
        seed = cast(exp.Literal.number(self.request.sample_seed), "BIGINT")
        keys = [column(name, ALIAS) for name in self.relation.schema.keys]
        identity = places(self.relation.places)
        query = self._filtered(exp.select(*identity).from_(self._base))
        query = query.order_by(function("hash", *keys, seed), *(e.copy() for e in identity))
        query = query.limit(self.request.sample_size or 0)
        return f"CREATE TABLE {SAMPLE} AS {text(query)}"

    def _arranged(self, query: exp.Select) -> exp.Select:
        query = self._filtered(query)
        if self._is_random:
            query = query.join(
                exp.to_table(SAMPLE), join_type="SEMI", using=[*map(_name, self.relation.places)]
            )
        return query.order_by(*ordering(self.orders, alias=ALIAS)) if self.orders else query

    @property
    def _is_random(self) -> bool:
        return self.request.sample_method is SampleMethod.RANDOM

    @property
    def _base(self) -> exp.Expr:
        """The rows, with what lies behind them only where the filter asks about it."""
        return exp.to_table(ROWS if self.relation.where is None else JOINED).as_(ALIAS)

    def _filtered(self, query: exp.Select) -> exp.Select:
        where = self.relation.where
        return query if where is None else query.where(where.copy())


def _name(column_name: str) -> exp.Expr:
    return exp.to_identifier(column_name, quoted=True)
