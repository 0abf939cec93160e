"""A short look at the rows of a plan, for one query or two, within its time."""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from exports.engine.near import near
from exports.engine.preview import SMALL
from exports.engine.reader import connected
from exports.engine.scratch import own_folder
from exports.engine.unchanged import one_snapshot
from exports.engine.watch import in_time, watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from threading import Event

    from exports.engine.plan import Plan
    from exports.engine.reader import Reader
    from exports.sources.remote import Remote
    from exports.sources.source import Source


@contextmanager
def short_look(
    made: Plan,
    sources: Mapping[str, Source],
    *,
    scratch: Path,
    stop: Event,
    seconds: float,
    remote: Remote | None,
) -> Iterator[Reader]:
    """A reader that is prepared for the plan's queries; the body has what is left of the time.

    :param sources: where the documents of each collection lie, by id.
    :raises TooSlow: it lasted longer.
    :raises EngineError: another reason; :class:`Cancelled` after ``stop``.
    """
    read = {each: sources[each] for each in made.relation.collections}
    until = monotonic() + seconds
    with (
        in_time(stop=stop, until=until),
        own_folder(scratch),
        one_snapshot(read, remote) as snapshots,
        near(read, snapshots, remote, scratch=scratch, stop=stop) as local,
        connected(made, local, scratch=scratch, limits=SMALL) as reader,
        watched(reader.interrupt, stop=stop, seconds=until - monotonic()),
    ):
        reader.prepare()
        yield reader
