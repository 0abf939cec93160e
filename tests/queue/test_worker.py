"""Redis knows which workers there are, whatever happened to it meanwhile."""

from __future__ import annotations

from django.conf import settings
from redis import Redis

from exports.domain.workers import workers_seen
from exports.queue.worker import ExportWorker


def test_a_redis_that_came_back_empty_learns_of_the_workers_again() -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    redis.flushall()
    worker = ExportWorker()
    worker.register_birth()  # type: ignore[no-untyped-call]  # RQ's
    before = workers_seen()

    redis.flushall()
    assert workers_seen() == []
    worker.heartbeat()

    known = workers_seen()
    assert before
    assert known
    assert [(each.name, each.since) for each in known] == [
        (each.name, each.since) for each in before
    ]
    worker.register_death()  # type: ignore[no-untyped-call]  # RQ's
