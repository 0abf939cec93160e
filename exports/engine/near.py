"""The sources of a run with all of their files on this machine."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from exports.engine.errors import Cancelled, SourceInvalid, SourceUnavailable, StorageFull
from exports.sources.errors import NoRoom, SourceAway, SourceError
from exports.sources.fetch import fetched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from threading import Event

    from exports.sources.remote import Remote
    from exports.sources.snapshot import Snapshot
    from exports.sources.source import Source


@contextmanager
def near(
    sources: Mapping[str, Source],
    snapshots: Mapping[str, Snapshot],
    remote: Remote | None,
    *,
    scratch: Path,
    stop: Event,
) -> Iterator[Mapping[str, Source]]:
    """The sources as the engine can read them, in the states of the snapshots.

    :raises StorageFull: the scratch folder does not hold them.
    :raises SourceUnavailable: their server does not answer.
    :raises SourceInvalid: an object is missing, or not in its state any more.
    :raises Cancelled: after ``stop``.
    """

    def check() -> None:
        if stop.is_set():
            raise Cancelled

    with ExitStack() as stack:
        try:
            yield {
                name: stack.enter_context(
                    fetched(
                        source,
                        snapshots[name],
                        remote,
                        scratch / f"source-{number}",
                        check=check,
                    )
                )
                for number, (name, source) in enumerate(sources.items())
            }
        except NoRoom as error:
            raise StorageFull from error
        except SourceAway as error:
            raise SourceUnavailable from error
        except SourceError as error:
            raise SourceInvalid from error
