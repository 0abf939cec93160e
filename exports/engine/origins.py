"""Which files one document names, read from the document itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.engine.plan import plan
from exports.engine.short import short_look

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from threading import Event

    from exports.engine.request import Request
    from exports.query.catalogue import Catalogue
    from exports.sources.remote import Remote
    from exports.sources.source import Source

MOST = 1_000  # files of one document


def origins(
    request: Request,
    catalogue: Catalogue,
    sources: Mapping[str, Source],
    *,
    scratch: Path,
    stop: Event,
    seconds: float = 5.0,
    remote: Remote | None = None,
) -> tuple[str | None, ...]:
    """The paths of the files as the documents have them, in their order; None where there is none.

    :param request: asks for the files of the documents that are meant, at one path.
    :raises EngineError: the reason why they cannot be told.
    """
    made = plan(request, catalogue)
    found: list[str | None] = []
    with short_look(
        made, sources, scratch=scratch, stop=stop, seconds=seconds, remote=remote
    ) as reader:
        for batch in reader.batches(made.files, MOST):
            found += batch["origin"].to_pylist()
            if len(found) >= MOST:
                break
    return tuple(found[:MOST])
