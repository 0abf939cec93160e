"""From a request to what will be run and what will come out; nothing is read for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from exports.engine.arrow import arrow_type
from exports.engine.casts import base64
from exports.query.schema import Kind, Property, Schema
from exports.sources.relation import ROW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.engine.request import Request

VIEW = "documents"
ALIAS = "d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an export runs and what comes out of it.

    :ivar data: the query of the rows, over the view ``documents``.
    :ivar count: the query of how many rows there will be; empty when every document is taken.
    :ivar columns: what comes out, each with its name and type, in order.
    :ivar arrow: the same as Arrow types, fixed before the first row.
    :ivar rows_first: the rows carry their place in the source first, which must rise.
    :ivar sorts: the query sorts or joins, and takes more memory for it.
    """

    request: Request
    schema: Schema
    data: str
    count: str
    columns: tuple[Property, ...]
    arrow: pa.Schema
    rows_first: bool
    sorts: bool

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that will come out."""
        return (f"{self.request.collection}.{self.request.format}",)

    @property
    def texts(self) -> frozenset[str]:
        """The names of the columns that are text in the source."""
        return frozenset(each.name for each in self.columns if each.kind in (Kind.TEXT, Kind.ENUM))


def plan(request: Request, schemas: Mapping[str, Schema]) -> Plan:
    """What a request means for the collections that there are.

    :param schemas: the schema of each collection, by name.
    :raises Invalid: a path, the filter or the time zone cannot be used.
    """
    schema = schemas[request.collection]
    columns = tuple(each for each in schema.properties if not each.optional)
    in_order = not request.order_by
    selected: list[exp.Expr] = [
        _written(exp.column(each.name, ALIAS, quoted=True), each, request).as_(
            each.name, quoted=True
        )
        for each in columns
    ]
    if in_order:
        selected.insert(0, exp.column(ROW, ALIAS, quoted=True))
    query = exp.select(*selected).from_(exp.to_table(VIEW).as_(ALIAS))
    if request.sample_size is not None:
        query = query.limit(request.sample_size)
    return Plan(
        request=request,
        schema=schema,
        data=query.sql("duckdb"),
        count="",
        columns=columns,
        arrow=_arrow(columns, request),
        rows_first=in_order,
        sorts=False,
    )


def _written(value: exp.Expr, node: Property, request: Request) -> exp.Expr:
    return base64(value, node) if request.format.is_text else value


def _arrow(columns: tuple[Property, ...], request: Request) -> pa.Schema:
    zone = request.timezone if request.format.is_text else "UTC"
    binary = pa.string() if request.format.is_text else None
    return pa.schema([(each.name, arrow_type(each, zone=zone, binary=binary)) for each in columns])
