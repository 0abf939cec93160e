"""The files of a result while they are written: each by itself, or all in one zip."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from exports.engine import archive
from exports.engine.archive import Archive
from exports.engine.explain import explain_write
from exports.engine.progress import Progress
from exports.engine.sink import ARCHIVE, DATA, INDEX, Counted, FileResult, Sink, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from exports.engine.sink import Writer

    Open = Callable[[str], Writer]


class Outputs:
    """Opens files and keeps the list of those that were written.

    :ivar open: makes the writer of a file, given its name.
    :param later: where files stay open, so that they are closed once all went well.
    """

    def __init__(self, open_file: Open, progress: Progress, later: ExitStack | None = None) -> None:
        self.open = open_file
        self.files: list[FileResult] = []
        self._progress = progress
        self._later = later

    @contextmanager
    def file(self, name: str, kind: str, content_type: str) -> Iterator[Sink]:
        """A sink for a file, all of which the body writes."""
        with ExitStack() as now:
            writer = (self._later or now).enter_context(stored(self.open, name))
            # An index is for us: it is no progress of what was asked for.
            progress = Progress() if kind == INDEX else self._progress
            sink = Sink(writer, progress, counted=kind == DATA)
            yield sink
        self.files.append(sink.result(name, kind, content_type))

    @contextmanager
    def zip(self, name: str, kind: str, time: datetime) -> Iterator[Outputs]:
        """The same, of the members of a zip.

        :param time: when they were last changed, as the zip has it.
        """
        with stored(self.open, name) as writer:
            counted = Counted(writer)
            zipped = Archive(counted, time=time)
            inside = Outputs(zipped.open, self._progress)
            try:
                yield inside
                zipped.finish()
            except BaseException as error:
                zipped.abort()
                if isinstance(error, OSError):
                    raise explain_write(error) from error
                raise
        rows = next((each.rows for each in inside.files if each.kind == DATA), None)
        self.files.append(
            FileResult(name, kind, archive.CONTENT_TYPE, rows, counted.bytes, counted.sha256)
        )


@contextmanager
def outputs(
    open_file: Open, progress: Progress, zipped: str, time: datetime
) -> Iterator[tuple[Outputs, Outputs]]:
    """Where to put the files of a result, and what will hold what came out.

    The two are one, unless all goes into the zip of the name ``zipped``.
    """
    with ExitStack() as later:
        made = Outputs(open_file, progress, later)
        if not zipped:
            yield made, made
            return
        with made.zip(zipped, ARCHIVE, time) as inside:
            yield inside, made
