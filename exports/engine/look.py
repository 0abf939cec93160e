"""Finds the first rows of an export, reads them, and counts the others."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from sqlglot import exp

from exports.engine import seams
from exports.engine.encoding import encoding
from exports.engine.errata import Errata
from exports.engine.errors import Cancelled
from exports.engine.estimate import NOTHING, Sample, parquet_size, text_size
from exports.engine.plan import SAMPLE
from exports.engine.request import Format
from exports.engine.watch import watched
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path
    from threading import Event

    import duckdb
    import pyarrow as pa

    from exports.engine.encoders.base import Piece
    from exports.engine.plan import Plan
    from exports.engine.reader import Reader
    from exports.sources.source import Source

AT_ONCE = 2048  # rows found between two looks at the clock
FOR_COUNTING = 0.8  # of the time; what is left is for the rows themselves
COUNT_SAMPLE = text(exp.select("count(*)").from_(SAMPLE))


@dataclass(slots=True, kw_only=True)
class Look:
    """One look at what a plan would bring.

    Finding the rows reads no more than it needs, and goes on as the count; they are then read from
    where they lie, so that a few that are far apart cost little.

    :ivar asked: the plan in the format that is asked for. :ivar shown: the same in JSON Lines.
    :ivar size: that of the sample, if one is asked for. :ivar limit: how many rows are shown.
    :ivar skip: how many before them are passed over.
    :ivar cursor: that of the count, beside the rest.
    :ivar sample: how large the first rows are in the format that is asked for.
    """

    asked: Plan
    shown: Plan
    sources: Mapping[str, Source]
    reader: Reader
    cursor: duckdb.DuckDBPyConnection
    scratch: Path
    errata: Errata
    size: int | None
    limit: int
    skip: int
    stop: Event
    until: float
    lines: tuple[str, ...] = ()
    sample: Sample = NOTHING
    count: int = 0
    exact: bool = False

    def interrupt(self) -> None:
        self.reader.interrupt()
        self.cursor.interrupt()

    def look(self) -> None:
        """Fill in what was found."""
        self.reader.prepare()
        self._note_known()
        with closing(self._found()) as found:
            places = self._places(found)
            if places:
                self.reader.narrow(places)
                self._read()
            for _ in found:
                pass

    def _note_known(self) -> None:
        """The count, where it needs no counting."""
        known = None
        if self.shown.sample:
            [(known,)] = self.cursor.execute(COUNT_SAMPLE).fetchall()
        elif not self.shown.count:
            known = self.reader.documents
        if known is not None:
            self.count, self.exact = self._at_most(known), True

    def _found(self) -> Generator[pa.Array, None, None]:
        """The places of the documents of the rows found, counted as they pass."""
        if self.exact:
            return
        time = (self.until - monotonic()) * FOR_COUNTING
        until = monotonic() + time
        try:
            with watched(self.cursor.interrupt, stop=self.stop, seconds=time):
                for batch in self.reader.batches(self.shown.found, AT_ONCE, on=self.cursor):
                    self.count = self._at_most(self.count + len(batch))
                    yield batch.column(0)
                    if self.count == self.size:
                        break
                    if monotonic() > until:
                        return
        except Cancelled:
            if self.stop.is_set():
                raise
            return
        self.exact = True

    def _places(self, found: Iterator[pa.Array]) -> list[int]:
        """Those of the documents of the first rows."""
        places: list[int] = []
        if self.exact or self.shown.sorts:
            next(found, None)  # it has begun then, and reads all that there is
            if self.exact and not self.count:
                return []
            query = f"{self.shown.picks} LIMIT {self._most} OFFSET {self.skip}"
            batches = self.reader.batches(query, self._most)
            return [place for each in batches for place in each.column(0).to_pylist()]
        for each in found:
            places += each.to_pylist()
            if len(places) >= self.skip + self._most:
                break
        return places[self.skip : self.skip + self._most]

    def _read(self) -> None:
        """The first rows, and what they say of the size of the others."""
        _, pieces = self._encoded(self.shown, self.errata)
        data = b"".join(each.data for each in pieces)
        self.lines = tuple(data.decode().split("\n")[:-1][: self._most])
        header = 0
        if self.asked.request.format is Format.CSV:
            header, pieces = self._encoded(self.asked, Errata(self.scratch))
        size = sum(len(each.data) for each in pieces)
        self.sample = Sample(header, size - header, sum(each.rows for each in pieces))

    def _encoded(self, made: Plan, errata: Errata) -> tuple[int, list[Piece]]:
        """How many bytes stand before the rows, and all of it."""
        rising = not made.sorts and seams.IN_ORDER
        steps = encoding(made.data, made.request, errata, rising=rising)
        header = sum(len(each.data) for each in steps.encode(()))
        return header, [*steps.encode(steps.prepare(self._first(made)))]

    def _first(self, made: Plan) -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in self.reader.batches(made.data.query, self._most):
            yield batch
            rows += len(batch)
            if rows >= self._most:
                return

    def file_size(self) -> int | None:
        """How large the data file is likely to be; None when that cannot be told."""
        if not self.exact:
            return None
        if self.asked.request.format.is_text:
            return text_size(self.asked.request, self.sample, self.count)
        source = self.sources[self.asked.request.collection]
        return parquet_size(self.asked, source, self.reader.weight, self.count)

    def _at_most(self, rows: int) -> int:
        return rows if self.size is None else min(rows, self.size)

    @property
    def _most(self) -> int:
        """How many rows are shown."""
        return self._at_most(self.limit)
