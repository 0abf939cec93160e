"""What lies behind the references of rows, joined to them; as many rows come out, in their order.

Rows are looked up in what they refer to, by one thread, which keeps their order as long as that
fits into memory. What does not, and lists of references, are found for the rows' places alone,
sorted by these, and laid beside the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from exports.engine import seams
from exports.engine.errors import OrderBroken
from exports.engine.lost import LOST, hidden
from exports.query.expressions import (
    ALIAS,
    cast,
    column,
    comparable,
    function,
    named,
    number,
    reached,
    struct,
    unnested,
)
from exports.sources.relation import ROW

if TYPE_CHECKING:
    from exports.query.catalogue import Catalogue
    from exports.query.follow import Following
    from exports.query.schema import Schema

KEY, DOCUMENT = ".key", ".document"
REFERENCE, AT = ".reference", ".at"


@dataclass(frozen=True, slots=True)
class Behind:
    """Finds the documents of other collections.

    :ivar views: the names of the views of the documents that may be read, by collection.
    :ivar few: the rows are so few that only what they refer to is read of the others.
    """

    catalogue: Catalogue
    views: Mapping[str, str]
    few: bool = False

    def joined(
        self,
        rows: exp.Table | exp.Subquery,
        schema: Schema,
        following: Following,
        identity: Sequence[str],
        large: Collection[str] | None,
    ) -> exp.Select:
        """Rows with what their references name, under ``.<path>``.

        :param identity: the columns that name a row.
        :param large: None where the order does not matter.
        """
        beside: list[_Side] = []
        after: list[_Side] = []
        values: list[exp.Expr] = []
        for number_, (path, behind) in enumerate(following.behind.items()):
            name = f"r{number_}"
            reference = _reference(schema, path)
            documents = self._documents(behind, _keys(rows, reference, many=behind.many))
            placed = large is not None and (behind.many or path in large)
            if behind.many or placed:
                kind = _many if behind.many else _one
                side = kind(rows, reference, documents, identity, ordered=large is not None)
                (beside if placed else after).append(_Side(name, side, identity))
            else:
                after.append(_Side(name, documents, reference))
            values += _values(name, path, behind, reference)
        query = exp.select(_all(beside), *values).from_(rows.copy().as_(ALIAS))
        for each in beside:
            query = query.join(
                each.query.subquery(each.name), join_type="POSITIONAL", dialect=DuckDB
            )
        for each in after:
            on = each.on(ALIAS)
            query = query.join(each.query.subquery(each.name), on=on, join_type=seams.LEFT)
        return query

    def _documents(self, following: Following, wanted: exp.Select) -> exp.Select:
        """The documents that may be read behind a reference, by their keys.

        :param wanted: the keys of those that are needed.
        """
        entry = self.catalogue[following.target]
        rows: exp.Table | exp.Subquery = exp.to_table(self.views[following.target])
        key = comparable(column(entry.schema.key, ALIAS), entry.schema.find(entry.schema.key)[-1])
        if self.few:
            needed = exp.In(this=key.copy(), query=wanted.subquery())
            rows = exp.select("*").from_(rows.as_(ALIAS)).where(needed).subquery()
        if following.behind:
            query = self.joined(rows, entry.schema, following, (entry.schema.key,), None)
            rows = query.subquery()
        names = [*following.fields, *hidden(following)]
        document = struct({name: column(name, ALIAS) for name in names})
        return exp.select(named(key, KEY), named(document, DOCUMENT)).from_(rows.as_(ALIAS))


@dataclass(frozen=True, slots=True)
class _Side:
    """What is joined to the rows: by the columns of ``by``, or by a reference."""

    name: str
    query: exp.Select
    by: Sequence[str] | exp.Expr

    def on(self, alias: str) -> exp.Expr:
        if isinstance(self.by, exp.Expr):
            return exp.EQ(this=self.by.copy(), expression=column(KEY, self.name))
        pairs = [
            exp.EQ(this=column(each, alias), expression=column(each, self.name)) for each in self.by
        ]
        return exp.and_(*pairs)


def _reference(schema: Schema, path: str) -> exp.Expr:
    steps = schema.find(path)
    return comparable(reached(steps, ALIAS), steps[-1])


def _keys(rows: exp.Table | exp.Subquery, reference: exp.Expr, *, many: bool) -> exp.Select:
    """What the rows refer to."""
    key = unnested(reference.copy()) if many else reference.copy()
    return exp.select(key).from_(rows.copy().as_(ALIAS))


def _values(name: str, path: str, behind: Following, reference: exp.Expr) -> list[exp.Expr]:
    documents = column(DOCUMENT, name)
    if behind.many:
        nothing = exp.EQ(this=exp.Length(this=reference.copy()), expression=number(0))
        documents = (
            exp.case()
            .when(reference.copy().is_(exp.null()), exp.null())
            .when(nothing, exp.Array(expressions=[]))
            .else_(documents)
        )
        missing: exp.Expr = column(LOST, name)
    else:
        missing = exp.case().when(column(KEY, name).is_(exp.null()), cast(reference, "VARCHAR"))
    values = [named(documents, f".{path}")]
    return [*values, named(missing, f"{LOST}.{path}")] if behind.counted else values


def _one(
    rows: exp.Table | exp.Subquery,
    reference: exp.Expr,
    documents: exp.Select,
    identity: Sequence[str],
    *,
    ordered: bool,
) -> exp.Select:
    """For each row the document that it names, by sorting no more than that."""
    naming = exp.select(*_columns(identity, ALIAS), named(reference.copy(), REFERENCE)).from_(
        rows.copy().as_(ALIAS)
    )
    found = exp.EQ(this=column(REFERENCE, "n"), expression=column(KEY, "r"))
    query = exp.select(*_columns(identity, "n"), column(KEY, "r"), column(DOCUMENT, "r")).from_(
        naming.subquery("n")
    )
    query = query.join(documents.subquery("r"), on=found, join_type=seams.LEFT)
    return query.order_by(*_columns(identity, "n")) if ordered and seams.IN_ORDER else query


def _many(
    rows: exp.Table | exp.Subquery,
    references: exp.Expr,
    documents: exp.Select,
    identity: Sequence[str],
    *,
    ordered: bool,
) -> exp.Select:
    """For each row the list of the documents that it names, in the order in which it does."""
    count = exp.Length(this=references.copy())
    filled = (
        exp.case()
        .when(exp.GT(this=count, expression=number(0)), references.copy())
        .else_(exp.Array(expressions=[exp.null()]))
    )
    positions = function("range", function("greatest", count.copy(), number(1)))
    naming = exp.select(
        *_columns(identity, ALIAS),
        named(unnested(filled), REFERENCE),
        named(unnested(positions), AT),
    ).from_(rows.copy().as_(ALIAS))
    found = exp.EQ(this=column(REFERENCE, "n"), expression=column(KEY, "r"))
    unfound = exp.and_(
        column(KEY, "r").is_(exp.null()), column(REFERENCE, "n").is_(exp.null()).not_()
    )
    missing = exp.Filter(
        this=_listed(cast(column(REFERENCE, "n"), "VARCHAR")), expression=exp.Where(this=unfound)
    )
    query = exp.select(
        *_columns(identity, "n"),
        named(_listed(column(DOCUMENT, "r")), DOCUMENT),
        named(missing, LOST),
    ).from_(naming.subquery("n"))
    query = query.join(documents.subquery("r"), on=found, join_type=seams.LEFT)
    query = query.group_by(*_columns(identity, "n"))
    return query.order_by(*_columns(identity, "n")) if ordered and seams.IN_ORDER else query


def _listed(value: exp.Expr) -> exp.Expr:
    order = exp.Order(this=value, expressions=[exp.Ordered(this=column(AT, "n"))])
    return exp.Anonymous(this="list", expressions=[order])


def _all(beside: Sequence[_Side]) -> exp.Expr:
    """All columns of the rows; where something stands beside them, it must be of the same row."""
    if not beside:
        return exp.Column(this=exp.Star(), table=exp.to_identifier(ALIAS))
    same = exp.and_(
        *(
            exp.NullSafeEQ(this=column(ROW, ALIAS), expression=column(ROW, each.name))
            for each in beside
        )
    )
    broken = function("error", exp.Literal.string(OrderBroken.code))
    # Behind a LIMIT, DuckDB goes on with rows of the other sides alone, which nobody gets.
    over = column(ROW, ALIAS).is_(exp.null())
    checked = exp.case().when(exp.or_(over, same), column(ROW, ALIAS)).else_(broken)
    star = exp.Star(replace=[named(checked, ROW)])
    return exp.Column(this=star, table=exp.to_identifier(ALIAS))


def _columns(names: Sequence[str], alias: str) -> list[exp.Expr]:
    return [column(name, alias) for name in names]
