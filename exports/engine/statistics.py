"""What the documents of a collection hold, property by property, in two passes over them.

The first pass counts; it also names the values that may be the commonest. The second counts these
exactly, and where there are few different values, all of them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

import duckdb

from exports.engine.errors import Cancelled, TooSlow
from exports.engine.explain import explain_read
from exports.engine.figures import Level, counted, levels, ranked
from exports.engine.limits import Limits
from exports.engine.near import near
from exports.engine.plan import plan
from exports.engine.reader import connected
from exports.engine.request import Request
from exports.engine.scratch import own_folder
from exports.engine.unchanged import one_snapshot
from exports.engine.watch import watched
from exports.sources.sql import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from threading import Event

    from exports.engine.figures import Value
    from exports.query.catalogue import Catalogue
    from exports.sources.remote import Remote
    from exports.sources.snapshot import Snapshot
    from exports.sources.source import Source

MODEST = Limits(scan_memory=256_000_000, sort_memory=512_000_000, spill=4 << 30)
AT_ONCE = 50  # properties in one query: what is counted of them lies in memory together


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """What is known of one property.

    :ivar element: it is about the elements of the list at the path.
    :ivar values: how many there could be: one for each document, or for each element around it.
    :ivar distinct: how many different ones; roughly, unless it is ``exact``. None: not counted.
    :ivar lengths: least, mean and greatest, of a list, a map, a vector or bytes.
    :ivar top: the commonest values as text, each with how often it is there; None: not counted.
    """

    path: str
    element: bool
    type: str
    role: str
    values: int
    nulls: int
    distinct: int | None = None
    exact: bool = False
    least: str | None = None
    most: str | None = None
    lengths: tuple[int, float, int] | None = None
    top: tuple[tuple[str, int], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """:ivar complete: False when the time was over before everything had been counted."""

    documents: int
    complete: bool
    properties: tuple[Statistic, ...]
    snapshot: Snapshot

    def to_json(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            "complete": self.complete,
            "properties": [asdict(each) for each in self.properties],
        }


def statistics(
    collection: str,
    catalogue: Catalogue,
    source: Source,
    *,
    scratch: Path,
    stop: Event,
    limits: Limits = MODEST,
    seconds: float = 60.0,
    remote: Remote | None = None,
) -> Statistics:
    """Count what all documents of a collection hold.

    :param collection: its id in the catalogue. :param scratch: a folder of its own.
    :param seconds: what is not counted by then is left out.
    :raises TooSlow: nothing was.
    :raises EngineError: another reason why there are none; :class:`Cancelled` after ``stop``.
    """
    made = plan(Request(collection=collection), catalogue)
    sources: Mapping[str, Source] = {collection: source}
    with (
        own_folder(scratch),
        one_snapshot(sources, remote) as snapshots,
        near(sources, snapshots, remote, scratch=scratch, stop=stop) as local,
        connected(made, local, scratch=scratch, limits=limits) as reader,
        reader.cursor() as cursor,
    ):
        count = _Count(cursor, stop, monotonic() + seconds)
        with watched(reader.interrupt, stop=stop, seconds=seconds), count.in_time():
            reader.prepare()
        complete = count.everything(list(levels(made.schema)))
        return Statistics(
            documents=count.documents,
            complete=complete,
            properties=tuple(count.found.values()),
            snapshot=snapshots[collection],
        )


class _Count:
    """:ivar found: what is known so far, in the order of the schema."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, stop: Event, until: float) -> None:
        self._cursor, self._stop, self._until = cursor, stop, until
        self._likely: dict[tuple[str, bool], list[str]] = {}
        self.documents = 0
        self.found: dict[tuple[str, bool], Statistic] = {}

    def everything(self, all_levels: list[Level]) -> bool:
        """Whether there was time for all of it.

        :raises TooSlow: not even for a beginning.
        """
        try:
            for level in all_levels:
                for some in _parts(level):
                    self._count(level, some)
            for level in all_levels:
                for some in _parts(replace(level, values=self._countable(level))):
                    self._rank(level, some)
        except TooSlow:
            if not self.found:
                raise
            return False
        return True

    def _count(self, level: Level, some: tuple[Value, ...]) -> None:
        rows, *figures = self._row(text(counted(level, some)))
        if not level.within:
            self.documents = rows
        for value, kept in zip(some, figures, strict=True):
            likely = kept.pop("likely", None)
            lengths = kept.pop("lengths", None)
            there = kept.pop("there")
            if likely:
                self._likely[value.name] = [each for each in likely if each is not None]
            if value.unique:
                kept |= {"distinct": there, "exact": True}
            elif "distinct" in kept:
                kept["distinct"] = min(kept["distinct"], there)
            self.found[value.name] = Statistic(
                path=value.path,
                element=value.element,
                type=value.node.kind.value,
                role=value.node.role.value if value.node.role else "",
                values=rows,
                nulls=rows - there,
                lengths=_lengths(lengths),
                **kept,
            )

    def _rank(self, level: Level, some: tuple[Value, ...]) -> None:
        known = [(each, self.found[each.name].distinct or 0) for each in some]
        query = ranked(level, [(each, of, self._likely[each.name]) for each, of in known])
        for value, kept in zip(some, self._row(text(query)), strict=True):
            before = self.found[value.name]
            # Some text is passed over, since it is too long to be shown.
            all_were = kept["there"] == before.values - before.nulls
            different = kept["distinct"] if all_were else None
            self.found[value.name] = replace(
                before,
                top=tuple((each["value"], -each["less"]) for each in kept["top"] or ()),
                distinct=before.distinct if different is None else different,
                exact=different is not None,
            )

    def _countable(self, level: Level) -> tuple[Value, ...]:
        return tuple(each for each in level.values if self._likely.get(each.name))

    def _row(self, query: str) -> tuple[Any, ...]:
        # A query can be over before anybody has interrupted it.
        if self._stop.is_set():
            raise Cancelled
        seconds = self._until - monotonic()
        if seconds <= 0:
            raise TooSlow
        with watched(self._cursor.interrupt, stop=self._stop, seconds=seconds), self.in_time():
            row = self._cursor.execute(query).fetchone()
        return row or ()

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Errors of the body as ours: what was interrupted may end in any."""
        try:
            yield
        except Exception as error:
            if self._stop.is_set():
                raise Cancelled from error
            if monotonic() > self._until:
                raise TooSlow from error
            raise (explain_read(error) if isinstance(error, duckdb.Error) else error) from error


def _lengths(found: list[float | None] | None) -> tuple[int, float, int] | None:
    least, mean, most = found or (None, None, None)
    if least is None or mean is None or most is None:
        return None
    return int(least), mean, int(most)


def _parts(level: Level) -> Iterator[tuple[Value, ...]]:
    for at in range(0, len(level.values), AT_ONCE):
        yield level.values[at : at + AT_ONCE]
