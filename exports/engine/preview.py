"""What an export would bring: its columns, its first rows and how many there are, in seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from exports.engine.errata import Errata
from exports.engine.limits import Limits
from exports.engine.look import Look
from exports.engine.manifest import written
from exports.engine.near import near
from exports.engine.plan import plan
from exports.engine.reader import connected
from exports.engine.request import CsvOptions, Format, SampleMethod
from exports.engine.scratch import own_folder
from exports.engine.unchanged import one_snapshot
from exports.engine.watch import in_time, watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from threading import Event

    from exports.engine.plan import Plan
    from exports.engine.request import Request
    from exports.query.catalogue import Catalogue
    from exports.sources.remote import Remote
    from exports.sources.source import Source

SMALL = Limits(scan_memory=256_000_000, sort_memory=256_000_000, spill=4 << 30, threads=1)


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column of the result: its path, its type, and how the format writes it."""

    path: str
    type: str
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an export would bring.

    :ivar columns: those of the data file, in the format that is asked for.
    :ivar lines: its first rows, each as the line of JSON that the format ``jsonl`` has for it.
    :ivar count: how many rows there are; at least so many when it is not ``exact``.
    :ivar bytes: how large the data file is likely to be; None when that cannot be told.
    :ivar notices: what is written otherwise in these rows than it lies there, by reason.
    """

    columns: tuple[PreviewColumn, ...]
    lines: tuple[str, ...]
    count: int
    exact: bool
    bytes: int | None
    notices: Mapping[str, int]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines read; a number that no float holds exactly has its nearest one here."""
        return [json.loads(line) for line in self.lines]


def preview(
    request: Request,
    catalogue: Catalogue,
    sources: Mapping[str, Source],
    *,
    limit: int = 10,
    skip: int = 0,
    scratch: Path,
    stop: Event,
    limits: Limits = SMALL,
    seconds: float = 5.0,
    remote: Remote | None = None,
) -> Preview:
    """The first rows of an export, by the plan that will run.

    :param sources: where the documents of each collection lie, by id.
    :param limit: at most so many rows. :param skip: those before them that are passed over.
    :param scratch: a folder of its own; it is made, and removed at the end.
    :param stop: set it from another thread to end at once.
    :param remote: reads what lies on another machine; it is fetched into ``scratch``.
    :param seconds: a count that is not done in this time is dropped.
    :raises Invalid: a field of the request does not fit.
    :raises TooSlow: the rows cannot be found in this time.
    :raises EngineError: another reason why there are none; :class:`Cancelled` after ``stop``.
    """
    asked = plan(_without_limit(request), catalogue)
    shown = plan(_as_lines(asked.request), catalogue)
    read = {each: sources[each] for each in shown.relation.collections}
    until = monotonic() + seconds
    with (
        in_time(stop=stop, until=until),
        own_folder(scratch),
        one_snapshot(read, remote) as snapshots,
        near(read, snapshots, remote, scratch=scratch, stop=stop) as local,
        connected(shown, local, scratch=scratch, limits=limits) as reader,
        reader.cursor() as cursor,
    ):
        look = Look(
            asked=asked,
            shown=shown,
            sources=local,
            reader=reader,
            cursor=cursor,
            scratch=scratch,
            errata=Errata(scratch),
            size=request.sample_size,
            limit=limit,
            skip=skip,
            stop=stop,
            until=until,
        )
        with watched(look.interrupt, stop=stop, seconds=until - monotonic()):
            look.look()
        return Preview(
            columns=tuple(_columns(asked)),
            lines=look.lines,
            count=look.count,
            exact=look.exact,
            bytes=look.file_size(),
            notices=look.errata.counts,
        )


def _without_limit(request: Request) -> Request:
    """The same rows without a bound; whoever reads them stops in time.

    DuckDB fails on a query that has a LIMIT, an order, and a condition on the rows' places.
    """
    first = request.sample_method is SampleMethod.FIRST
    return replace(request, sample_size=None) if first else request


def _as_lines(request: Request) -> Request:
    """The same rows as JSON Lines, by themselves."""
    return replace(
        request,
        format=Format.JSONL,
        csv=CsvOptions(),
        envelope=None,
        compression=None,
        archive=False,
        include_vectors=False,
    )


def _columns(made: Plan) -> Iterator[PreviewColumn]:
    for each in made.data.columns:
        yield PreviewColumn(each.name, each.kind.value, written(each, made.data, made.request))
