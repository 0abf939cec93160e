"""Tells the queue that something waits. It never fails: the database knows what waits."""

from __future__ import annotations

import logging

import django_rq
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq.serializers import JSONSerializer

from exports.tallies import WAKEUPS_FAILED, tally

logger = logging.getLogger(__name__)

RUN_NEXT = "exports.queue.jobs.run_next"

# Somebody waits for an answer meanwhile, and the reconciler makes good what was not sent.
_PATIENCE = 0.2  # seconds, for each word with Redis


def wake(*, again: bool = True) -> bool:
    """Send one wake-up: one attempt, within a second. Returns whether the queue took it.

    :param again: whether to send one although another still lies there, which would do.
    """
    try:
        queue = django_rq.get_queue(
            settings.QUEUE, connection=queue_connection(), serializer=JSONSerializer
        )
        if again or not queue.count:
            queue.enqueue(RUN_NEXT, job_timeout=-1, result_ttl=0, failure_ttl=3600)
    except (RedisError, OSError) as error:
        logger.warning("The queue was not woken: %s. The reconciler will.", type(error).__name__)
        tally(WAKEUPS_FAILED)
        return False
    return True


def queue_connection() -> Redis:
    """Redis, asked once and without much patience."""
    # redis-py would try a lost push ten times, and so push it twice.
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
