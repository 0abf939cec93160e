"""RQ's worker, with the settings that make it safe to trust with a wake-up and nothing else."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker, worker_registration
from rq.serializers import JSONSerializer

from exports.engine.kin import die_with_parent
from exports.queue.jobs import WakeUp

if TYPE_CHECKING:
    from types import FrameType

    from redis.client import Pipeline
    from rq.executions import Execution
    from rq.job import Job

logger = logging.getLogger(__name__)

# Seconds. What Redis knows of a killed worker goes a minute after this.
_SEEN = 60


class ExportWorker(Worker):
    """Takes wake-ups from one queue. With more than one, RQ can lose a job it took."""

    asked_to_end = False

    def __init__(self) -> None:
        connection = Redis.from_url(settings.REDIS_URL)
        queue = Queue(
            settings.QUEUE, connection=connection, job_class=WakeUp, serializer=JSONSerializer
        )
        super().__init__(
            [queue],
            connection=connection,
            job_class=WakeUp,
            queue_class=Queue,
            # RQ's own command takes pickle, whatever the queue says.
            serializer=JSONSerializer,
            default_result_ttl=0,
            worker_ttl=_SEEN,
        )
        self.log_result_lifespan = False

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        # A database connection must not be shared across a fork.
        connections.close_all()
        super().fork_work_horse(job, queue)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        # The worker's own id, noted before the fork: it may be gone already.
        die_with_parent(self.pid or 0)
        super().main_work_horse(job, queue)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_end = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        # RQ says who is there once, when it begins: a Redis that came back empty would not know.
        super().heartbeat(timeout, pipeline)
        if self.birth_date is None:
            return  # It has not begun yet, and says so itself when it does.
        redis = self.connection if pipeline is None else pipeline
        redis.hset(self.key, mapping=self.serialize())
        worker_registration.register(self, pipeline)

    # What RQ notes in Redis about a run is of no consequence. A failure to do so would end the
    # worker, and the run with it.
    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        with suppress(RedisError):
            super().maintain_heartbeats(job, execution)

    def set_shutdown_requested_date(self) -> None:
        with suppress(RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]  # RQ's

    def handle_job_failure(self, *about: Any, **told: Any) -> None:
        # RQ would keep the traceback in Redis; what went wrong is for the log alone.
        told["exc_string"] = "The worker's log says more."
        super().handle_job_failure(*about, **told)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        logger.error("A wake-up failed.", exc_info=exc_info)
        super().handle_exception(job, *exc_info)


def work_until_asked(pause: float = 1) -> None:
    """Run what comes, until a signal says to end.

    RQ's worker gives up when Redis goes away between two jobs; another one takes its place here.
    """
    while not _work():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        time.sleep(pause)


def _work() -> bool:
    """Work as one of RQ's workers. Returns whether it was asked to end."""
    try:
        worker = ExportWorker()
    except RedisError as error:
        logger.warning("Redis does not answer (%s); trying again.", type(error).__name__)
        return False
    try:
        worker.work(logging_level="WARNING", with_scheduler=False)
    except RedisError as error:
        logger.warning("Redis went away (%s).", type(error).__name__)
    return worker.asked_to_end


_HEAVY = ("arro3.io", "duckdb", "pyarrow.csv", "pyarrow.parquet", "sqlglot", "exports.queue.horse")


def preload() -> None:
    """Import what every run needs, before the fork. Nothing of it may be called there.

    It saves a quarter of a second for each export.
    """
    for name in _HEAVY:
        import_module(name)
