"""From a request to what will be run and what will come out; nothing is read for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from exports.engine.arrow import arrow_type
from exports.engine.casts import base64
from exports.engine.zone import check_zone
from exports.query.columns import choose, selection
from exports.query.condition import Condition, condition
from exports.query.order import ordering, parse
from exports.query.schema import Kind
from exports.query.tree import EVERYTHING
from exports.sources.relation import ROW
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.engine.request import Request
    from exports.query.lists import LongList
    from exports.query.schema import Property, Schema

VIEW = "documents"
ALIAS = "d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an export runs and what comes out of it.

    :ivar data: the query of the rows, over the view ``documents``.
    :ivar count: the query of how many rows there will be; empty when every document is taken.
    :ivar lists: the tables that the queries need, of values that stand in the filter.
    :ivar columns: what comes out, each with its name and type, in order.
    :ivar arrow: the same as Arrow types, fixed before the first row.
    :ivar rows_first: the rows carry their place in the source first, which must rise.
    :ivar sorts: the query sorts or joins, and takes more memory for it.
    """

    request: Request
    schema: Schema
    data: str
    count: str
    lists: tuple[LongList, ...]
    columns: tuple[Property, ...]
    arrow: pa.Schema
    rows_first: bool
    sorts: bool

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that will come out."""
        return (f"data.{self.request.format}",)

    @property
    def texts(self) -> frozenset[str]:
        """The names of the columns that are text in the source."""
        return frozenset(each.name for each in self.columns if each.kind in (Kind.TEXT, Kind.ENUM))


def plan(request: Request, schemas: Mapping[str, Schema]) -> Plan:
    """What a request means for the collections that there are.

    :param schemas: the schema of each collection, by name.
    :raises Invalid: a path, an order or the time zone cannot be used.
    """
    check_zone(request.timezone)
    schema = schemas[request.collection]
    columns = choose(schema, request.paths)
    orders = parse(schema, request.order_by)
    filtered = _condition(request, schema)
    lists = filtered.lists if filtered else ()
    documents = exp.select().from_(exp.to_table(VIEW).as_(ALIAS))
    if filtered:
        documents = documents.where(filtered.where)
    query = documents.select(*_values(request, schema, columns, carried=not orders))
    if orders or lists:
        query = query.order_by(*ordering(orders, alias=ALIAS), *([] if orders else [_row()]))
    if request.sample_size is not None:
        query = query.limit(request.sample_size)
    return Plan(
        request=request,
        schema=schema,
        data=text(query),
        count=text(documents.select("count(*)")) if filtered else "",
        lists=lists,
        columns=columns,
        arrow=_arrow(columns, request),
        rows_first=not orders,
        sorts=bool(orders or lists),
    )


def _condition(request: Request, schema: Schema) -> Condition | None:
    if request.where is None or request.where == EVERYTHING:
        return None
    return condition(request.where, schema, alias=ALIAS)


def _values(
    request: Request, schema: Schema, columns: tuple[Property, ...], *, carried: bool
) -> list[exp.Expr]:
    values = selection(schema, columns, alias=ALIAS)
    if request.format.is_text:
        values = [
            base64(value.unalias(), each).as_(each.name, quoted=True)
            for value, each in zip(values, columns, strict=True)
        ]
    return [_row(), *values] if carried else values


def _row() -> exp.Expr:
    return exp.column(ROW, ALIAS, quoted=True)


def _arrow(columns: tuple[Property, ...], request: Request) -> pa.Schema:
    zone = request.timezone if request.format.is_text else "UTC"
    binary = pa.string() if request.format.is_text else None
    return pa.schema([(each.name, arrow_type(each, zone=zone, binary=binary)) for each in columns])
