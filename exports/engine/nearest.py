"""The documents whose vectors lie nearest to that of one document, by the cosine between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from exports.engine.errors import DocumentMissing
from exports.engine.plan import plan
from exports.engine.relation import ROWS
from exports.engine.short import short_look
from exports.query.condition import condition
from exports.query.expressions import ALIAS, cast, column, exists, named, number, reached
from exports.query.lists import LongLists
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from threading import Event

    from exports.engine.request import Request
    from exports.query.catalogue import Catalogue
    from exports.query.schema import Schema
    from exports.query.tree import Node
    from exports.sources.remote import Remote
    from exports.sources.source import Source

KEY, DISTANCE = "key", "distance"


def nearest(
    request: Request,
    catalogue: Catalogue,
    sources: Mapping[str, Source],
    *,
    document: Node,
    path: str,
    limit: int,
    scratch: Path,
    stop: Event,
    seconds: float = 5.0,
    remote: Remote | None = None,
) -> tuple[str, ...]:
    """The keys of the nearest documents as text, the nearest first; the document is one of them.

    Documents without a vector, and those whose vector is zero, are near to none.

    :param request: which documents may be read.
    :param document: the filter that only the one document passes.
    :param path: of the vector, through structs.
    :raises DocumentMissing: it is not there, may not be read, or has no vector.
    :raises EngineError: another reason why there are none.
    """
    made = plan(request, catalogue)
    with short_look(
        made, sources, scratch=scratch, stop=stop, seconds=seconds, remote=remote
    ) as reader:
        its_own = _its_own(made.schema, document, path)
        found = [each for batch in reader.batches(text(its_own), 1) for each in batch.column(0)]
        if not found or not found[0].is_valid:
            raise DocumentMissing
        keys = text(_nearest(made.schema, path, its_own, limit))
        return tuple(
            key for batch in reader.batches(keys, limit) for key in batch.column(0).to_pylist()
        )


def _its_own(schema: Schema, document: Node, path: str) -> exp.Select:
    only = condition(document, schema, alias=ALIAS, lists=LongLists()).where
    return _rows(_vector(schema, path)).where(only).limit(1)


def _nearest(schema: Schema, path: str, its_own: exp.Select, limit: int) -> exp.Select:
    vector = _vector(schema, path)
    distance = exp.Anonymous(
        this="list_cosine_distance", expressions=[vector.copy(), its_own.subquery()]
    )
    key = cast(column(schema.key, ALIAS), "VARCHAR")
    rows = _rows(named(key, KEY), named(distance, DISTANCE)).where(exists(vector))
    far = column(DISTANCE, "n")
    known = exp.not_(exp.Anonymous(this="isnan", expressions=[far.copy()]))
    by = column(KEY, "n")
    found = exp.select(by).from_(rows.subquery("n")).where(known)
    return found.order_by(far, by.copy()).limit(number(limit))


def _vector(schema: Schema, path: str) -> exp.Expr:
    return cast(reached(schema.find(path), ALIAS), "FLOAT[]")


def _rows(*values: exp.Expr) -> exp.Select:
    return exp.select(*values).from_(exp.to_table(ROWS).as_(ALIAS))
