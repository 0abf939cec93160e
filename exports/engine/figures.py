"""The queries behind statistics: every property as a value of SQL, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from exports.engine.relation import ROWS
from exports.query.expressions import (
    ALIAS,
    cast,
    column,
    each_of,
    field,
    function,
    named,
    number,
    struct,
    unnested,
    variable,
)
from exports.query.schema import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exports.query.schema import Property, Schema

TOP = 10  # values
LIKELY = 100  # that may be among them, where there are many
FEW = 5_000  # different values: so many are all counted
LONGEST = 200  # characters of a value that is shown
ELEMENT = "element"

_SIZED = (Kind.LIST, Kind.MAP, Kind.BINARY)


@dataclass(frozen=True, slots=True)
class Value:
    """A property, and where its value is found in a row.

    :ivar element: it is the element of the list at the path.
    :ivar unique: it is the key: none of its values is commoner than another.
    """

    path: str
    element: bool
    node: Property
    value: exp.Expr
    unique: bool = False

    @property
    def name(self) -> tuple[str, bool]:
        return self.path, self.element

    @property
    def is_scalar(self) -> bool:
        return not self.node.kind.nested and self.node.kind is not Kind.BINARY

    @property
    def text(self) -> exp.Expr:
        """What is counted: null for text that is too long to be shown, or that no record holds."""
        said = cast(self.value.copy(), "VARCHAR")
        if self.node.kind not in (Kind.TEXT, Kind.ENUM):
            return said
        short = exp.LTE(this=exp.Length(this=said.copy()), expression=number(LONGEST))
        clean = exp.not_(function("contains", said.copy(), function("chr", number(0))))
        return exp.case().when(exp.and_(short, clean), said)


@dataclass(frozen=True, slots=True)
class Level:
    """Rows and the values in them: the documents, or the elements of one list in all of them.

    :ivar within: the path of the list, or empty.
    """

    within: str
    rows: exp.Table | exp.Subquery
    values: tuple[Value, ...]


def levels(schema: Schema) -> Iterator[Level]:
    """Every property of a schema that has figures, the documents themselves first."""
    top = [
        value
        for node in schema.properties
        for value in _values(node, node.name, column(node.name, ALIAS), schema.key)
    ]
    yield from _levels("", exp.to_table(ROWS), top)


def counted(level: Level, some: Sequence[Value]) -> exp.Select:
    """One row: how many rows there are, then a struct of figures for each value."""
    figures = [named(_figures(each), f"v{at}") for at, each in enumerate(some)]
    return exp.select(exp.Count(this=exp.Star()), *figures).from_(level.rows.copy().as_(ALIAS))


def ranked(level: Level, some: Sequence[tuple[Value, int, Sequence[str]]]) -> exp.Select:
    """One row: for each value its commonest ones, and where all were counted how many there are.

    :param some: each with how many different ones there are, roughly, and the likely ones.
    """
    ranks = [named(_ranks(*each), f"v{at}") for at, each in enumerate(some)]
    return exp.select(*ranks).from_(level.rows.copy().as_(ALIAS))


def _levels(within: str, rows: exp.Table | exp.Subquery, values: list[Value]) -> Iterator[Level]:
    yield Level(within, rows, tuple(values))
    for each in values:
        # The lists in a list have no path of their own: their lengths have to do.
        is_opened = each.node.kind is Kind.LIST and not each.element
        if is_opened and each.node.role is not Role.VECTOR:
            opened = exp.select(named(unnested(each.value.copy()), ELEMENT))
            inner = column(ELEMENT, ALIAS)
            below = list(_values(each.node.element, each.path, inner, "", element=True))
            yield from _levels(each.path, opened.from_(rows.copy().as_(ALIAS)).subquery(), below)


def _values(
    node: Property, path: str, value: exp.Expr, key: str, *, element: bool = False
) -> Iterator[Value]:
    """A property, and what lies within it as long as it is a struct."""
    yield Value(path, element, node, value, unique=path == key)
    if node.kind is Kind.STRUCT:
        for child in node.children:
            yield from _values(child, f"{path}.{child.name}", field(value.copy(), child.name), key)


def _figures(each: Value) -> exp.Expr:
    value = each.value
    said: dict[str, exp.Expr] = {"there": exp.Count(this=value.copy())}
    if each.is_scalar:
        plain = cast(value.copy(), "VARCHAR") if each.node.kind is Kind.ENUM else value
        said["distinct"] = _call("approx_count_distinct", plain.copy())
        said["least"] = _shown(exp.Min(this=plain.copy()))
        said["most"] = _shown(exp.Max(this=plain.copy()))
        if not each.unique:
            said["likely"] = _call("approx_top_k", each.text, number(LIKELY))
    elif each.node.kind in _SIZED:
        size = _size(each.node, value)
        mean = function("round", exp.Avg(this=size.copy()), number(1))
        ends = [exp.Min(this=size.copy()), mean, exp.Max(this=size)]
        said["lengths"] = exp.Array(expressions=[cast(end, "DOUBLE") for end in ends])
    return struct(said)


def _size(node: Property, value: exp.Expr) -> exp.Expr:
    name = {Kind.LIST: "len", Kind.MAP: "cardinality"}.get(node.kind, "octet_length")
    return _call(name, value.copy())


def _ranks(each: Value, distinct: int, likely: Sequence[str]) -> exp.Expr:
    counts = _call("histogram", each.text)
    if distinct > FEW:
        among = exp.In(this=each.text, expressions=[exp.Literal.string(one) for one in likely])
        counts = exp.Filter(this=counts, expression=exp.Where(this=among))
    entry = variable("e")
    less = exp.Neg(this=cast(field(entry.copy(), "value"), "BIGINT"))
    pair = struct({"less": less, "value": field(entry, "key")})
    pairs = _call("list_transform", _call("map_entries", counts), each_of("e", pair))
    top = _call("list_slice", _call("list_sort", pairs), number(1), number(TOP))
    all_of_them = exp.null() if distinct > FEW else _call("cardinality", counts.copy())
    figures = {"top": top, "distinct": cast(all_of_them, "BIGINT")}
    return struct({**figures, "there": exp.Count(this=each.text)})


def _shown(value: exp.Expr) -> exp.Expr:
    """The beginning of it as text that any record holds."""
    said = _call("left", cast(value, "VARCHAR"), number(LONGEST))
    return _call("replace", said, _call("chr", number(0)), exp.Literal.string("\ufffd"))


def _call(name: str, *values: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(values))
