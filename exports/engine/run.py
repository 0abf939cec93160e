"""Runs a plan: from the files of a source to a result that is whole, or is not there."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.engine.encoding import encoding
from exports.engine.errors import EngineError
from exports.engine.explain import explain_any, explain_write
from exports.engine.forecast import forecast
from exports.engine.limits import Limits
from exports.engine.line import Line
from exports.engine.reader import opened
from exports.engine.sink import FileResult, Sink
from exports.engine.unchanged import one_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from threading import Event

    from exports.engine.plan import Plan
    from exports.engine.progress import Progress
    from exports.engine.sink import Writer
    from exports.sources.snapshot import Snapshot
    from exports.sources.source import Source


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a run, and of which bytes it was made.

    :ivar rows: those of the data.
    :ivar notices: what was written otherwise than it lies there, counted by reason.
    """

    files: tuple[FileResult, ...]
    rows: int
    snapshots: Mapping[str, Snapshot]
    notices: Mapping[str, int]


def run(
    plan: Plan,
    sources: Mapping[str, Source],
    *,
    open_file: Callable[[str], Writer],
    scratch: Path,
    progress: Progress,
    stop: Event,
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
) -> Result:
    """Write the files of a plan, all of them or none; returns when it is done.

    :param sources: where the documents of each collection lie, by name.
    :param open_file: makes the writer of a file, given its name. Each is closed when all went
        well, and aborted when anything did not.
    :param scratch: a folder of this run's own; it is made, and removed at the end.
    :param progress: filled in while it runs.
    :param stop: set it from another thread to end the run within half a second.
    :raises EngineError: the reason why there is no result; :class:`Cancelled` after ``stop``.
    """
    source = sources[plan.request.collection]
    name, notices = plan.files[0], Counter[str]()
    try:
        with (
            _folder(scratch),
            _stored(open_file, name) as writer,
            one_snapshot(sources) as snapshots,
            opened(plan, source, scratch=scratch, limits=limits) as reader,
            forecast(plan, reader, progress, limits),
        ):
            sink = Sink(writer, progress)
            steps = encoding(plan, notices)
            Line(
                read=lambda: steps.prepare(reader.batches(steps.rows)),
                encode=steps.encode,
                write=sink.write,
                interrupt=reader.interrupt,
                ahead=steps.ahead,
            ).run(stop)
            progress.step = "checking"
    except (EngineError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise explain_any(error) from error
    file = sink.result(name, plan.request.format.content_type)
    return Result((file,), file.rows, snapshots, dict(+notices))


@contextmanager
def _folder(scratch: Path) -> Iterator[None]:
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _stored(open_file: Callable[[str], Writer], name: str) -> Iterator[Writer]:
    try:
        writer = open_file(name)
    except OSError as error:
        raise explain_write(error) from error
    try:
        yield writer
        writer.close()
    except BaseException as error:
        with suppress(OSError):  # what went wrong first is what counts
            writer.abort()
        if isinstance(error, OSError):
            raise explain_write(error) from error
        raise
