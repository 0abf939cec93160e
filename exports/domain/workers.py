"""The workers that Redis knows. What it says is shown, and nothing is decided by it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq.utils import utcparse
from rq.worker_registration import get_keys

from exports.wakeups import queue_connection

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)

_FIELDS = ("hostname", "pid", "birth", "last_heartbeat")


@dataclass(frozen=True, slots=True)
class Worker:
    """One that was there within the last two minutes.

    :ivar name: by which exports name it. :ivar since: when it began. :ivar seen_at: when it last
        said that it is there.
    """

    name: str
    since: datetime | None
    seen_at: datetime | None


def workers_seen() -> list[Worker] | None:
    """In the order of their names; None when Redis does not answer, which takes half a second."""
    try:
        with queue_connection() as redis:
            known = sorted(get_keys(connection=redis))
            with redis.pipeline(transaction=False) as asked:
                for key in known:
                    asked.hmget(key, *_FIELDS)
                found = asked.execute()
    except (RedisError, OSError) as error:
        logger.warning("Redis does not answer: %s.", type(error).__name__)
        return None
    # Of one that was killed, the name stays for a while after everything else.
    return sorted((_worker(each) for each in found if any(each)), key=lambda each: each.name)


def _worker(fields: Sequence[bytes | None]) -> Worker:
    host, pid, birth, heartbeat = ((each or b"").decode(errors="replace") for each in fields)
    return Worker(f"{host}:{pid}", _moment(birth), _moment(heartbeat))


def _moment(text: str) -> datetime | None:
    try:
        return utcparse(text)
    except ValueError:
        return None
