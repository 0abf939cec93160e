"""Reads the rows of a plan, on a connection that can do nothing else."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from exports.engine import seams
from exports.engine.errors import DocumentMissing, EngineFailed, SchemaChanged, SourceInvalid
from exports.engine.explain import explain_read
from exports.engine.watch import watched
from exports.engine.weigh import too_large
from exports.sources.connection import connect
from exports.sources.errors import FileDamaged, PropertyRefused, SchemasDiffer, SourceError
from exports.sources.faults import explain
from exports.sources.properties import read_properties
from exports.sources.relation import create_view
from exports.sources.snapshot import snapshot
from exports.sources.sql import quoted, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from threading import Event

    import pyarrow as pa

    from exports.engine.errors import EngineError
    from exports.engine.limits import Limits
    from exports.engine.plan import Plan
    from exports.query.schema import Property, Schema
    from exports.sources.relation import Found
    from exports.sources.source import Source
    from exports.sources.weight import Weight

BATCH = 4 << 20  # bytes of a batch, at most, about


class Reader:
    """The rows of a plan.

    :ivar weight: of the collection of the rows.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        plan: Plan,
        sources: Mapping[str, Source],
        weight: Weight,
        large: Collection[str],
    ) -> None:
        self._connection = connection
        self._plan = plan
        self._sources = sources
        self._streams: list[pa.RecordBatchReader] = []
        self._found: dict[str, Found] = {}
        self._large = large
        self._fitting = BATCH // max(weight.document, 1) + 1
        self.weight = weight

    @property
    def documents(self) -> int | None:
        """How many the collection of the rows has; None when only reading would tell."""
        return self.weight.documents

    def batches(
        self, query: str, rows: int, *, on: duckdb.DuckDBPyConnection | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a query, in batches whose columns are those of it, as DuckDB writes them.

        :param rows: at most so many in a batch; fewer where documents are wide.
        :param on: a cursor, for a query beside another one.
        :raises EngineError: the reason why they could not be read.
        """
        size = min(rows, self._fitting)
        try:
            stream = (on or self._connection).sql(query).to_arrow_reader(size)
            self._streams.append(stream)
            yield from stream
        except Exception as error:
            raise self._reason(error) from error

    def prepare(self) -> None:
        """Make everything that the queries of the plan read.

        :raises SchemaChanged: a source has other properties than the plan's schemas.
        :raises SourceInvalid: one cannot be read.
        :raises DocumentMissing: the one document that is meant is not there.
        """
        plan, made = self._plan, self._plan.relation
        try:
            for each in made.collections:
                found = self._checked(self._sources[each], made.catalogue[each].schema)
                create_view(self._connection, made.view(each), self._sources[each], found)
                self._found[each] = found
            for each in made.collections[1:]:
                self._check_keys(each)
            for values in plan.lists:
                self._run(text(values.create), [list(values.values)])
            self._make(made.views(self._large))
            if plan.parent and self._run(plan.parent) == [(0,)]:
                raise DocumentMissing
            if plan.sample:
                self._run(plan.sample)
        except duckdb.Error as error:
            raise self._reason(error) from error

    def narrow(self, rows: Sequence[int]) -> None:
        """Leave only some documents of the collection that the rows come from.

        :param rows: their places, at least one. Only what they refer to is read of the others.
        :raises EngineError: the reason why they cannot be read.
        """
        made = self._plan.relation
        [first, *_] = made.collections
        try:
            source, found = self._sources[first], self._found[first]
            create_view(self._connection, made.view(first), source, found, rows)
            self._make(made.views(few=True))
        except duckdb.Error as error:
            raise self._reason(error) from error

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """For a second query beside the batches."""
        return self._connection.cursor()

    def interrupt(self) -> None:
        """End what runs, from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Let go of the files; whoever failed in the middle may still hold the batches."""
        for stream in self._streams:
            stream.close()
        self._connection.close()

    def _make(self, views: Iterable[tuple[str, exp.Select]]) -> None:
        for name, query in views:
            self._run(f"CREATE OR REPLACE VIEW {quoted(name)} AS {text(query)}")

    def _run(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._connection.execute(query, values).fetchall()

    def _checked(self, source: Source, schema: Schema) -> Found:
        try:
            found = read_properties(self._connection, source, schema.properties)
        except (SchemasDiffer, PropertyRefused) as error:
            raise SchemaChanged from error
        except FileDamaged as error:
            raise SourceInvalid(str(error)) from error
        except SourceError as error:
            raise SourceInvalid from error
        if _types(found.properties) != _types(schema.properties):
            raise SchemaChanged
        return found

    def _check_keys(self, collection: str) -> None:
        """Two documents of one key would double the rows that refer to it.

        They were looked for when the source was registered; since then it may have been written.
        """
        source, entry = self._sources[collection], self._plan.relation.catalogue[collection]
        if source.checked is not None and source.checked == snapshot(source):
            return
        key = exp.column(entry.schema.key, quoted=True)
        documents = exp.select(key.as_("key")).from_(self._plan.relation.view(collection))
        keys = exp.select("key").from_(documents.subquery("keys")).group_by("key")
        if self._run(text(keys.having("count(*) > 1").limit(1))):
            raise SourceInvalid(f"Two documents of {entry.name!r} have the same key by now.")

    def _reason(self, error: Exception) -> EngineError:
        reason = explain_read(error)
        if isinstance(reason, (SourceInvalid, EngineFailed)):
            for each in self._plan.relation.collections:
                properties = self._plan.relation.catalogue[each].schema.properties
                fault = explain(self._connection, self._sources[each], properties, error)
                if fault is not None:
                    return SourceInvalid(str(fault))
        return reason


@contextmanager
def opened(
    plan: Plan, sources: Mapping[str, Source], *, scratch: Path, limits: Limits, stop: Event
) -> Iterator[Reader]:
    """A reader of the sources, prepared for the plan's queries: see :meth:`Reader.prepare`.

    :param stop: set it from another thread to end the preparation, by :class:`Cancelled`.
    """
    with connected(plan, sources, scratch=scratch, limits=limits) as reader:
        with watched(reader.interrupt, stop=stop, seconds=math.inf):
            reader.prepare()
        yield reader


@contextmanager
def connected(
    plan: Plan, sources: Mapping[str, Source], *, scratch: Path, limits: Limits
) -> Iterator[Reader]:
    """A reader of the sources that is yet to be prepared, which can take long.

    :param sources: those of all collections of the plan, by id.
    """
    collections = plan.relation.collections
    connection, weights = connect(
        [sources[each] for each in collections],
        scratch=scratch,
        memory=limits.sort_memory if plan.sorts or plan.joins else limits.scan_memory,
        spill=limits.spill,
        threads=1 if plan.joins and seams.IN_ORDER else limits.threads,
        most=limits.sort_memory,
    )
    known = dict(zip(collections, weights, strict=True))
    large = too_large(plan.relation, known, limits.sort_memory)
    reader = Reader(connection, plan, sources, weights[0], large)
    try:
        yield reader
    except duckdb.Error as error:
        raise explain_read(error) from error
    finally:
        reader.close()


def _types(properties: Sequence[Property]) -> dict[str, str]:
    return {each.name: each.sql for each in properties}
