"""Runs a plan: from the files of a source to a result that is whole, or is not there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from exports.engine import seams
from exports.engine.compression import CONTENT_TYPES, compressed
from exports.engine.encoders.base import Piece
from exports.engine.encoding import encoding
from exports.engine.errata import ERRORS, Errata
from exports.engine.errors import EngineError
from exports.engine.explain import explain_any
from exports.engine.files import LISTING, UNZIPPED, ZIPPED, FileExport
from exports.engine.forecast import forecast
from exports.engine.index import BINARY, ENDING, Newlines
from exports.engine.limits import Limits
from exports.engine.line import Line
from exports.engine.near import near
from exports.engine.outputs import outputs
from exports.engine.reader import opened
from exports.engine.request import Format
from exports.engine.scratch import own_folder
from exports.engine.sink import DATA, FILES, INDEX, VECTORS, FileResult
from exports.engine.sink import ERRORS as ERRATA
from exports.engine.spool import Spool
from exports.engine.unchanged import one_snapshot
from exports.engine.watch import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from threading import Event

    import pyarrow as pa

    from exports.engine.fileroot import FileRoot
    from exports.engine.outputs import Outputs
    from exports.engine.plan import Plan
    from exports.engine.progress import Progress
    from exports.engine.reader import Reader
    from exports.engine.request import Request
    from exports.engine.sink import Writer
    from exports.engine.table import Table
    from exports.sources.remote import Remote
    from exports.sources.snapshot import Snapshot
    from exports.sources.source import Source

FILES_AT_ONCE = 4096  # rows of the list of files in a batch
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # that a zip can say


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a run, and of which bytes it was made.

    :ivar files: those that were stored. :ivar members: those in the archive, if there is one.
    :ivar index: where the lines of the data begin, stored as well; only of JSONL by itself.
    :ivar rows: those of the data.
    :ivar snapshots: of the collections that were read, by id.
    :ivar notices: what was written otherwise than it lies there, counted by reason.
    """

    files: tuple[FileResult, ...]
    members: tuple[FileResult, ...]
    rows: int
    snapshots: Mapping[str, Snapshot]
    notices: Mapping[str, int]
    index: FileResult | None = None


def run(
    plan: Plan,
    sources: Mapping[str, Source],
    *,
    open_file: Callable[[str], Writer],
    scratch: Path,
    progress: Progress,
    stop: Event,
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
    remote: Remote | None = None,
    file_root: FileRoot | None = None,
    time: datetime = EARLIEST,
) -> Result:
    """Write the files of a plan; returns when it is done.

    :param sources: where the documents of each collection of the plan lie, by id.
    :param open_file: makes the writer of a file, given its name. Each is closed when it is whole,
        and aborted otherwise. When the run fails, those that were closed are the caller's to
        remove.
    :param scratch: a folder of this run's own; it is made, and removed at the end.
    :param progress: filled in while it runs.
    :param stop: set it from another thread to end the run within half a second.
    :param remote: reads what lies on another machine; it is fetched into ``scratch``.
    :param file_root: where the files lie that documents name, if they are to come along.
    :param time: that of the members of an archive.
    :raises EngineError: the reason why there is no result; :class:`Cancelled` after ``stop``.
    """
    read = {each: sources[each] for each in plan.relation.collections}
    try:
        with (
            own_folder(scratch),
            outputs(open_file, progress, plan.archive, time) as (inside, made),
            one_snapshot(read, remote) as snapshots,
            near(read, snapshots, remote, scratch=scratch, stop=stop) as local,
            opened(plan, local, scratch=scratch, limits=limits, stop=stop) as reader,
        ):
            work = _Work(plan, reader, inside, progress, stop, Errata(scratch))
            with forecast(plan, reader, progress, limits):
                work.write_data()
            if plan.vectors:
                work.write(plan.vectors, VECTORS)
            if plan.files and file_root:
                with watched(reader.interrupt, stop=stop, seconds=math.inf):
                    work.copy_files(file_root, Spool(scratch / LISTING), time)
            work.write_errors()
            progress.begin("checking")
    except (EngineError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise explain_any(error) from error
    rows = next(each.rows or 0 for each in inside.files if each.kind == DATA)
    members = tuple(inside.files) if inside is not made else ()
    files = tuple(each for each in made.files if each.kind != INDEX)
    index = next((each for each in made.files if each.kind == INDEX), None)
    return Result(files, members, rows, snapshots, work.errata.counts, index)


@dataclass(frozen=True, slots=True)
class _Work:
    """The parts of a run, one after the other."""

    plan: Plan
    reader: Reader
    outputs: Outputs
    progress: Progress
    stop: Event
    errata: Errata

    def write_data(self) -> None:
        """The data, and where its lines begin if anybody may ask for some of them."""
        if not self.plan.request.has_lines:
            self.write(self.plan.data, DATA)
            return
        newlines = Newlines()
        self.write(self.plan.data, DATA, newlines)
        with self.outputs.file(self.plan.data.name + ENDING, INDEX, BINARY) as sink:
            sink.write([Piece(newlines.to_bytes())])

    def write(self, table: Table, kind: str, newlines: Newlines | None = None) -> None:
        """The rows of a table, by three threads."""
        request = self.plan.request
        rising = not self.plan.sorts and seams.IN_ORDER
        steps = encoding(table, request, self.errata, rising=rising)
        with self.outputs.file(table.name, kind, _content_type(request)) as sink:
            Line(
                read=lambda: steps.prepare(self.reader.batches(table.query, steps.rows)),
                encode=steps.encode,
                write=lambda pieces: sink.write(self._around(pieces, newlines)),
                interrupt=self.reader.interrupt,
                ahead=steps.ahead,
            ).run(self.stop)

    def copy_files(self, root: FileRoot, listing: Spool, time: datetime) -> None:
        """The files that the rows name, and the list of them."""
        named = self.reader.batches(self.plan.files, FILES_AT_ONCE)
        if self.plan.request.zip_files:
            with self.outputs.zip(ZIPPED, FILES, time) as inside:
                self._copy(root, listing, inside, named, at_most=None)
        else:
            bound = None if self.plan.archive else UNZIPPED
            self._copy(root, listing, self.outputs, named, at_most=bound)
        with self.outputs.file(LISTING, FILES, Format.JSONL.content_type) as sink:
            sink.write(listing.pieces())

    def write_errors(self) -> None:
        if self.errata:
            with self.outputs.file(ERRORS, ERRATA, Format.JSONL.content_type) as sink:
                sink.write(self.errata.pieces())

    def _copy(
        self,
        root: FileRoot,
        listing: Spool,
        into: Outputs,
        named: Iterator[pa.RecordBatch],
        *,
        at_most: int | None,
    ) -> None:
        copying = FileExport(
            root,
            open_file=into.open,
            listing=listing,
            errata=self.errata,
            progress=self.progress,
            stop=self.stop,
            at_most=at_most,
        )
        into.files.extend(copying.run(named))

    def _around(self, pieces: Iterable[Piece], newlines: Newlines | None) -> Iterable[Piece]:
        if around := self.plan.request.around:
            return compressed(pieces, around, newlines.note if newlines else None)
        return newlines.noted(pieces) if newlines else pieces


def _content_type(request: Request) -> str:
    return CONTENT_TYPES[request.around] if request.around else request.format.content_type
