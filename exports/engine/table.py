"""What one file of rows holds: its columns, as they are read and as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from exports.engine.arrow import arrow_type
from exports.engine.casts import base64, changed
from exports.engine.filenames import file_name
from exports.engine.files import FOLDER
from exports.engine.request import Format, Nested
from exports.query.expressions import ALIAS, column, field, named
from exports.query.schema import Kind, Role
from exports.query.selection import selection

if TYPE_CHECKING:
    from exports.engine.request import Request
    from exports.query.schema import Property, Schema


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is written, under a name that may be a path; and its value in SQL."""

    node: Property
    value: exp.Expr

    @property
    def aliased(self) -> exp.Expr:
        return named(self.value, self.node.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file of rows.

    :ivar name: that of the file.
    :ivar query: yields the rows: first their places in the source, then for each of ``lost`` the
        references to nothing, then the columns.
    :ivar columns: what is written, in order.
    :ivar arrow: the same as Arrow types, fixed before the first row.
    """

    name: str
    query: str
    columns: tuple[Property, ...]
    arrow: pa.Schema
    places: tuple[str, ...]
    lost: tuple[str, ...] = ()

    @property
    def texts(self) -> frozenset[str]:
        """The names of the columns that are text in the source."""
        return frozenset(each.name for each in self.columns if each.kind in (Kind.TEXT, Kind.ENUM))


def columns_of(schema: Schema, chosen: Sequence[Property], request: Request) -> list[Column]:
    """The chosen properties as the columns of the request's format."""
    values = selection(schema, chosen, alias=ALIAS)
    columns = [Column(each, value) for each, value in zip(chosen, values, strict=True)]
    if request.format is Format.CSV:
        columns = _dotted(columns, schema, request)
    return [_written(each, request) for each in columns]


def arrow_schema(columns: Sequence[Column], request: Request) -> pa.Schema:
    zone = request.timezone if request.format.is_text else "UTC"
    binary = pa.string() if request.format.is_text else None
    return pa.schema(
        [(each.node.name, arrow_type(each.node, zone=zone, binary=binary)) for each in columns]
    )


def _written(each: Column, request: Request) -> Column:
    value = each.value
    if request.export_files:
        value = changed(value, each.node, lambda node: node.role is Role.FILE, _named)
    if request.format.is_text:
        value = base64(value, each.node)
    return replace(each, value=value)


def _named(origin: exp.Expr) -> exp.Expr:
    return exp.DPipe(this=exp.Literal.string(FOLDER), expression=file_name(origin))


def _dotted(columns: Sequence[Column], schema: Schema, request: Request) -> list[Column]:
    """A column for each field of a struct of which only fields were named, in their order."""
    named = (*request.paths, *request.include)
    plain = set() if request.paths else {e.name for e in schema.properties if not e.optional}
    whole = {*named, *plain, *schema.keys}
    if request.csv.nested is Nested.FLATTEN:
        whole = set()
    flat = [leaf for each in columns for leaf in _leaves(each, whole)]
    if not request.paths:
        return flat

    def place(each: Column) -> int:
        return next(at for at, path in enumerate(named) if _one_line(each.node.name, path))

    keys = len(schema.keys)
    return [*flat[:keys], *sorted(flat[keys:], key=place)]


def _leaves(each: Column, whole: set[str]) -> list[Column]:
    node = each.node
    if node.kind is not Kind.STRUCT or node.name in whole:
        return [each]
    parts = [
        Column(
            replace(child, name=f"{node.name}.{child.name}"), field(each.value.copy(), child.name)
        )
        for child in node.children
    ]
    return [leaf for part in parts for leaf in _leaves(part, whole)]


def _one_line(one: str, other: str) -> bool:
    """Whether one of two paths leads to the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def places(names: Sequence[str]) -> list[exp.Expr]:
    return [column(name, ALIAS) for name in names]
