"""Holds that all that was read is one snapshot of the sources."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from exports.engine.errors import (
    Cancelled,
    SourceChanged,
    SourceInvalid,
    SourceUnavailable,
    StorageFailed,
    StorageFull,
)
from exports.sources.errors import SourceAway, SourceError
from exports.sources.snapshot import Snapshot, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exports.sources.remote import Remote
    from exports.sources.source import Source

NOT_READ = (
    Cancelled,
    SourceUnavailable,
    StorageFailed,
    StorageFull,
)  # these say nothing about the source


@contextmanager
def one_snapshot(
    sources: Mapping[str, Source], remote: Remote | None = None
) -> Iterator[Mapping[str, Snapshot]]:
    """Take a snapshot of each source, and compare them when the body has ended.

    :param remote: reads the files that lie on another machine.
    :raises SourceUnavailable: that machine does not answer.
    :raises SourceInvalid: a file is missing before anything was read.
    :raises SourceChanged: a file was written meanwhile; also in place of a reading error, since
        a file that is overwritten mostly looks damaged.
    """
    try:
        before = {name: snapshot(source, remote) for name, source in sources.items()}
    except SourceAway as error:
        raise SourceUnavailable from error
    except SourceError as error:
        raise SourceInvalid from error
    try:
        yield before
    except NOT_READ:
        raise
    except Exception as error:
        if _changed(sources, before, remote):
            raise SourceChanged from error
        raise
    if _changed(sources, before, remote):
        raise SourceChanged


def _changed(
    sources: Mapping[str, Source], before: Mapping[str, Snapshot], remote: Remote | None
) -> bool:
    try:
        return any(snapshot(source, remote) != before[name] for name, source in sources.items())
    except SourceAway as error:
        raise SourceUnavailable from error
    except SourceError:
        return True
