"""The properties of text files, from all that they hold; done once, when they are registered."""

from __future__ import annotations

from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from exports.query.schema import Kind, Property
from exports.sources import scan
from exports.sources.errors import FileDamaged, PropertyRefused
from exports.sources.files import check_whole
from exports.sources.headers import check_headers, header
from exports.sources.kinds import kind_of
from exports.sources.leaves import EMPTY, INTEGERS, MOMENTS
from exports.sources.names import check_names
from exports.sources.source import SourceKind
from exports.sources.sql import quoted
from exports.sources.structure import ANY, structure_of
from exports.sources.trees import places, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from exports.sources.source import Source
    from exports.sources.structure import Structure
    from exports.sources.trees import Place

Steps: TypeAlias = "tuple[str | None, ...]"
Counts: TypeAlias = "tuple[int | None, ...]"

FIRST = 10_000  # documents that rule types out
AT_ONCE = 50  # places that are looked at in one reading
TEXTS = (*MOMENTS, "VARCHAR")
# What a scalar may be, by what DuckDB says of its JSON: the first that fits all of its values.
HINTS = {
    "BIGINT": INTEGERS,
    "UBIGINT": INTEGERS,
    "HUGEINT": INTEGERS,  # to DuckDB, signed and unsigned ones together
    "DOUBLE": ("DOUBLE", "DECIMAL(38,0)"),  # to DuckDB, also an integer beyond 64 bits
    "BOOLEAN": ("BOOLEAN",),
    "VARCHAR": TEXTS,
    "NULL": ("VARCHAR",),
    ANY: (EMPTY, "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR"),
    "CELL": (*INTEGERS, "DOUBLE", "BOOLEAN", *TEXTS),
}


def infer(
    connection: duckdb.DuckDBPyConnection, source: Source, *, document: int
) -> tuple[Property, ...]:
    """The properties that the documents of a text source have.

    All values fit their types, except where none fits them all: then it is the one that fits the
    most, and reading the documents with it tells where the others are.

    :param document: how many bytes one has, about.
    :raises FileDamaged: a file is cut short, or holds no documents.
    :raises SchemasDiffer: a file has other columns than the first one.
    :raises PropertyRefused: a name cannot be used, or a property has values of several types.
    :raises duckdb.Error: DuckDB cannot read a file; see :func:`exports.sources.faults.explain`.
    """
    check_whole(source)
    if source.kind is SourceKind.CSV:
        hints = _columns(source)
    else:
        hints = _documents(connection, source, document)
    for file in source.files:
        if not connection.execute(f"FROM {scan.raw(source, hints, [file])} LIMIT 1").fetchall():
            raise FileDamaged(file, None, "it holds no documents.")
    types = _types(connection, source, hints)
    return tuple(
        kind_of(each.name, connection.sqltype(_sql(each, (each.name,), types)), each.name)
        for each in hints
    )


def _columns(source: Source) -> tuple[Property, ...]:
    names = header(source.files[0], source.delimiter)
    check_names(names, "")
    check_headers(source, names)
    return tuple(Property(name, Kind.TEXT, "CELL") for name in names)


def _documents(
    connection: duckdb.DuckDBPyConnection, source: Source, document: int
) -> tuple[Property, ...]:
    structure = structure_of(connection, source, document=document)
    if isinstance(structure, dict):
        return _fields(structure, "")
    # When some are no objects, reading any property of theirs makes DuckDB say which.
    anything = scan.raw(source, [Property("json", Kind.TEXT, "")])
    connection.execute(f"FROM {anything} SELECT count(json)").fetchall()
    raise FileDamaged(source.files[0], None, "it holds no properties.")


def _fields(structure: dict[str, Structure], prefix: str) -> tuple[Property, ...]:
    check_names(list(structure), prefix)
    return tuple(_hint(name, each, f"{prefix}{name}.") for name, each in structure.items())


def _hint(name: str, structure: Structure, prefix: str) -> Property:
    """A property whose scalars have, for a type, what DuckDB says of them."""
    if isinstance(structure, dict):
        return Property(name, Kind.STRUCT, "", _fields(structure, prefix))
    if isinstance(structure, list):
        return Property(name, Kind.LIST, "", (_hint("element", structure[0], prefix),))
    return Property(name, Kind.TEXT, structure)


def _types(
    connection: duckdb.DuckDBPyConnection, source: Source, hints: Sequence[Property]
) -> dict[Steps, str]:
    """The type of the scalars at each place: the first that the hint leaves and all fit.

    Those that the first documents rule out are not tried on the others, so that mostly one more
    reading is enough.
    """
    rows, kind = scan.raw(source, hints), source.kind
    tried = {place: HINTS[place.sql] for each in hints for place in places(each)}
    first = _misfits(connection, f"(FROM {rows} LIMIT {FIRST})", tried, kind)
    left = {place: _fitting(place, first[place]) for place in tried}
    settled = {place.steps: sqls[0] for place, sqls in left.items() if len(sqls) == 1}
    failed: dict[Place, list[tuple[int, str]]] = {place: [] for place in left}
    while open_ := {place: sqls for place, sqls in left.items() if place.steps not in settled}:
        tried = {place: sqls[:1] for place, sqls in open_.items()}
        for place, [count] in _misfits(connection, rows, tried, kind).items():
            sql, *others = open_[place]
            left[place] = tuple(others)
            if not count:
                settled[place.steps] = "VARCHAR" if count is None else sql
                continue
            failed[place].append((count, sql))
            if not others:
                settled[place.steps] = min(failed[place], key=itemgetter(0))[1]
    return settled


def _fitting(place: Place, counts: Counts) -> tuple[str, ...]:
    known = [count for count in counts if count is not None]
    if not known:
        return HINTS[place.sql]
    if place.sql == ANY and min(known) == max(known) > 0:
        raise PropertyRefused(place.path, "its values are of several types.")
    pairs = zip(HINTS[place.sql], counts, strict=True)
    return tuple(sql for sql, count in pairs if count == min(known))


def _misfits(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    tried: Mapping[Place, Sequence[str]],
    kind: SourceKind,
) -> dict[Place, Counts]:
    """How many documents hold a value that is not of a type, for each type to try at a place.

    None stands for a column of CSV that holds nothing.
    """
    found: dict[Place, Counts] = {}
    left = iter(tried.items())
    while some := dict(islice(left, AT_ONCE)):
        lists = (
            f"[{', '.join(_counted(place, kind, sql) for sql in sqls)}]"
            for place, sqls in some.items()
        )
        [counts] = connection.execute(f"FROM {rows} SELECT {', '.join(lists)}").fetchall()
        found.update(zip(some, map(tuple, counts), strict=True))
    return found


def _counted(place: Place, kind: SourceKind, sql: str) -> str:
    count = f"count_if({wrong(place, kind, sql)})"
    if kind is SourceKind.JSONL:
        return count
    return f"CASE WHEN count({quoted(place.path)}) > 0 THEN {count} END"


def _sql(node: Property, steps: Steps, types: dict[Steps, str]) -> str:
    if node.kind is Kind.LIST:
        return f"{_sql(node.element, (*steps, None), types)}[]"
    if node.kind is Kind.STRUCT:
        fields = (
            f"{quoted(each.name)} {_sql(each, (*steps, each.name), types)}"
            for each in node.children
        )
        return f"STRUCT({', '.join(fields)})"
    return types[steps]
