"""Reads the rows of a plan, on a connection that can do nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from exports.engine.errors import SchemaChanged, SourceInvalid
from exports.engine.explain import explain_read
from exports.engine.plan import VIEW
from exports.sources.connection import connect
from exports.sources.errors import PropertyRefused, SchemasDiffer, SourceError
from exports.sources.footers import read_properties
from exports.sources.relation import create_view
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from exports.engine.limits import Limits
    from exports.engine.plan import Plan
    from exports.query.schema import Property
    from exports.sources.relation import Found
    from exports.sources.source import Source
    from exports.sources.weight import Weight

BATCH = 4 << 20  # bytes of a batch, at most, about


class Reader:
    """The documents of a source, as a plan wants them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, weight: Weight) -> None:
        self._connection = connection
        self._plan = plan
        self._stream: pa.RecordBatchReader | None = None
        self._fitting = BATCH // max(weight.document, 1) + 1
        self.documents = weight.documents

    def batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows, in batches whose columns are those of the plan, as DuckDB writes them.

        :param rows: at most so many in a batch; fewer where documents are wide.
        :raises EngineError: the reason why they could not be read.
        """
        size = min(rows, self._fitting)
        try:
            self._stream = self._connection.sql(self._plan.data).to_arrow_reader(size)
            yield from self._stream
        except Exception as error:
            raise explain_read(error) from error

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """For a second query beside the batches."""
        return self._connection.cursor()

    def interrupt(self) -> None:
        """End what runs, from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Let go of the files; whoever failed in the middle may still hold the batches."""
        if self._stream is not None:
            self._stream.close()
        self._connection.close()


@contextmanager
def opened(plan: Plan, source: Source, *, scratch: Path, limits: Limits) -> Iterator[Reader]:
    """A reader of the source, checked to have still the properties of the plan's schema.

    :raises SchemaChanged: it has others.
    :raises SourceInvalid: it cannot be read.
    """
    memory = limits.sort_memory if plan.sorts else limits.scan_memory
    connection, weight = connect(
        source.files,
        scratch=scratch,
        memory=memory,
        spill=limits.spill,
        threads=limits.threads,
        most=limits.sort_memory,
    )
    reader = Reader(connection, plan, weight)
    try:
        _make_views(connection, source, plan)
        yield reader
    except duckdb.Error as error:
        raise explain_read(error) from error
    finally:
        reader.close()


def _make_views(connection: duckdb.DuckDBPyConnection, source: Source, plan: Plan) -> None:
    create_view(connection, VIEW, source, _checked(connection, source, plan))
    for each in plan.lists:
        connection.execute(text(each.create), [list(each.values)]).fetchall()


def _checked(connection: duckdb.DuckDBPyConnection, source: Source, plan: Plan) -> Found:
    try:
        found = read_properties(connection, source.files)
    except (SchemasDiffer, PropertyRefused) as error:
        raise SchemaChanged from error
    except SourceError as error:
        raise SourceInvalid from error
    if _types(found.properties) != _types(plan.schema.properties):
        raise SchemaChanged
    return found


def _types(properties: Sequence[Property]) -> dict[str, str]:
    return {each.name: each.sql for each in properties}
