"""How many requests a minute an API key may send."""

from __future__ import annotations

import logging
from functools import cache
from math import ceil
from time import monotonic, time
from typing import TYPE_CHECKING

from django.conf import settings
from redis.exceptions import RedisError

from exports.api.errors import TooManyRequests
from exports.wakeups import queue_connection

if TYPE_CHECKING:
    from redis import Redis

    from exports.models import ApiKey

logger = logging.getLogger(__name__)

_WINDOW = 60  # seconds
# While Redis is away nothing is counted, and nobody waits for it each time.
_LOOK_AGAIN = 5.0


class _Counter:
    """Counts in Redis, so that all web processes count together."""

    def __init__(self) -> None:
        self._away_until = 0.0

    def count(self, name: str) -> int:
        """How often this was called with the name; 0 while nobody knows."""
        if monotonic() < self._away_until:
            return 0
        try:
            asked = _redis().pipeline()
            asked.incr(name)
            asked.expire(name, 2 * _WINDOW)
            counted: int = asked.execute()[0]
        except (RedisError, OSError) as error:
            logger.warning("Requests are not counted: %s.", type(error).__name__)
            self._away_until = monotonic() + _LOOK_AGAIN
            return 0
        return counted


_counter = _Counter()


def rate_check(key: ApiKey) -> None:
    """Count a request of the key.

    :raises TooManyRequests: it has sent as many in this minute as it may.
    """
    limit = settings.RATE_LIMIT
    if not limit:
        return
    window, since = divmod(time(), _WINDOW)
    if _counter.count(f"waybill:rate:{key.pk}:{int(window)}") > limit:
        raise TooManyRequests(limit, retry_after=ceil(_WINDOW - since))


@cache
def _redis() -> Redis:
    return queue_connection()
