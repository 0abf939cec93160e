"""Whether somebody is there to take what waits, and how far back in its queue an export is."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic

from exports.domain.workers import workers_seen
from exports.web.wording import number

_KEPT = 5  # seconds: many pages ask, and Redis may be slow to say no


def nobody_there() -> str:
    """Why nothing that waits can start now; empty when a worker is there."""
    workers = workers_lately(int(monotonic() // _KEPT))
    if workers is None:
        return "The queue cannot be reached. What waits is kept, and starts once it can be."
    if not workers:
        return "No worker is running. What waits is kept, and starts as soon as one is."
    return ""


@lru_cache(maxsize=1)
def workers_lately(_: int) -> int | None:
    """:param _: changes every few seconds, and Redis is asked again then."""
    seen = workers_seen()
    return None if seen is None else len(seen)


def place_told(place: int | None) -> str:
    """How many start before it; empty when it does not wait."""
    if place is None:
        return ""
    return "next in turn" if place == 0 else f"{number(place)} before it"
