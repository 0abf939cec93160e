"""Whether the parts of the service answer; what each says is safe for anybody to read."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error as DatabaseError

from exports.domain.rounds import Round, rounds_ago
from exports.domain.storage import result_store
from exports.domain.workers import workers_seen
from exports.stores.errors import KeyMissing, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exports.domain.workers import Worker

logger = logging.getLogger(__name__)

OK, DOWN, NONE, LATE, UNKNOWN = "ok", "down", "none", "late", "unknown"

# Without these, requests fail; without the others they are accepted, and wait.
_NEEDED = ("database", "store")

_LATEST = timedelta(minutes=1)
# Who makes rounds, and the setting that says how often.
_ROUNDS = {
    "reconciler": (Round.RECONCILER, "RECONCILE_EVERY"),
    "deliverer": (Round.DELIVERER, "DELIVER_EVERY"),
}
# No file of ours: asking for it tells whether the store answers.
_PROBE = "waybill.probe"


@dataclass(frozen=True, slots=True)
class Health:
    """The state of each part; the workers that Redis knows, and how many bytes the store still
    holds, where there is telling.
    """

    parts: Mapping[str, str]
    workers: Sequence[Worker] | None
    free_bytes: int | None

    @property
    def is_ready(self) -> bool:
        """Whether requests can be answered."""
        return all(self.parts[name] == OK for name in _NEEDED)

    @property
    def status(self) -> str:
        if not self.is_ready:
            return DOWN
        return OK if all(state == OK for state in self.parts.values()) else "degraded"


def health() -> Health:
    """Ask every part. What is wrong with one is told in the log."""
    database, rounds = _database()
    workers = workers_seen()
    store, free = _store()
    return Health(
        parts={
            "database": database,
            "store": store,
            "redis": DOWN if workers is None else OK,
            "workers": UNKNOWN if workers is None else OK if workers else NONE,
            **rounds,
        },
        workers=workers,
        free_bytes=free,
    )


def _database() -> tuple[str, dict[str, str]]:
    """Its own state, and that of the rounds, which it knows."""
    try:
        ago = rounds_ago()
    except DatabaseError as error:
        _warn("The database", error)
        return DOWN, dict.fromkeys(_ROUNDS, UNKNOWN)
    return OK, {
        name: _late(ago.get(kind), getattr(settings, every))
        for name, (kind, every) in _ROUNDS.items()
    }


def _late(ago: timedelta | None, every: timedelta) -> str:
    if ago is None:
        return NONE
    return LATE if ago > max(_LATEST, 3 * every) else OK


def _store() -> tuple[str, int | None]:
    """Its state, and its room."""
    try:
        store = result_store()
        free = store.free_bytes()
        with suppress(KeyMissing):
            store.size(_PROBE)
    except (OSError, StoreError) as error:
        _warn("The store", error)
        return DOWN, None
    return OK, free


def _warn(what: str, error: Exception) -> None:
    logger.warning("%s does not answer: %s.", what, type(error).__name__)
