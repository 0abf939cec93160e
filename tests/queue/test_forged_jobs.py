"""Whoever can write to Redis can wake a worker, and do nothing else."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import django_rq
from django.conf import settings
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from config.env import BASE_DIR
from exports.wakeups import RUN_NEXT


class Bomb:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


def _push(redis: Redis, **fields: Any) -> None:
    """Put a job into the queue by hand, as somebody with access to Redis would."""
    job = Job.create(RUN_NEXT, connection=redis, serializer=JSONSerializer, timeout=-1)
    job.save()
    for name, value in {"origin": settings.QUEUE, "status": "queued", **fields}.items():
        redis.hset(job.key, name, value)
    redis.sadd("rq:queues", f"rq:queue:{settings.QUEUE}")
    redis.rpush(f"rq:queue:{settings.QUEUE}", job.id)


def forged_function(redis: Redis, mark: Path) -> None:
    _push(
        redis, data=zlib.compress(json.dumps(["os.system", None, [f"touch {mark}"], {}]).encode())
    )


def forged_argument(redis: Redis, mark: Path) -> None:
    data = ["system", "os", [f"touch {mark}"], {}]
    _push(redis, data=zlib.compress(json.dumps(data).encode()))


def forged_pickle(redis: Redis, mark: Path) -> None:
    _push(redis, data=zlib.compress(pickle.dumps((RUN_NEXT, None, (Bomb(mark),), {}))))


def forged_meta(redis: Redis, mark: Path) -> None:
    _push(redis, meta=pickle.dumps({"x": Bomb(mark)}))


def forged_callbacks(redis: Redis, mark: Path) -> None:
    # Called as f(job, redis, …): what it would do does not matter, that it is imported does.
    module = mark.with_suffix(".py")
    module.write_text(f"open({str(mark)!r}, 'w')\ndef go(*a, **k): pass\n")
    name = f"{module.stem}.go"
    names = ("success_callback_name", "failure_callback_name", "stopped_callback_name")
    _push(redis, **dict.fromkeys(names, name))


FORGERIES = (forged_function, forged_argument, forged_pickle, forged_meta, forged_callbacks)


def test_forged_jobs_run_nothing(
    tmp_path: Path, service_env: dict[str, str], transactional_db: None
) -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    redis.flushall()
    marks = [tmp_path / forge.__name__ for forge in FORGERIES]
    for forge, mark in zip(FORGERIES, marks, strict=True):
        forge(redis, mark)

    service_env["PYTHONPATH"] = str(tmp_path)
    code = (
        "import django; django.setup()\n"
        "from exports.queue.worker import ExportWorker\n"
        "ExportWorker().work(burst=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=service_env,
        cwd=BASE_DIR,
        timeout=60,
        check=False,
        capture_output=True,
    )

    assert done.returncode == 0, done.stderr.decode()
    assert [mark.name for mark in marks if mark.exists()] == []
    assert redis.llen(f"rq:queue:{settings.QUEUE}") == 0


def test_the_marks_are_left_by_a_worker_that_trusts_redis(
    tmp_path: Path, service_env: dict[str, str]
) -> None:
    """The forgeries are real: RQ as it comes carries the first one out."""
    redis = Redis.from_url(settings.REDIS_URL)
    redis.flushall()
    mark = tmp_path / "mark"
    forged_function(redis, mark)

    code = (
        "from redis import Redis; from rq import Queue, Worker\n"
        "from rq.serializers import JSONSerializer\n"
        f"r = Redis.from_url({settings.REDIS_URL!r})\n"
        f"q = Queue({settings.QUEUE!r}, connection=r, serializer=JSONSerializer)\n"
        "Worker([q], connection=r, serializer=JSONSerializer).work(burst=True)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        env=service_env,
        cwd=BASE_DIR,
        timeout=60,
        check=True,
        capture_output=True,
    )

    assert mark.exists()


def test_a_wake_up_carries_nothing() -> None:
    from exports.wakeups import wake

    redis = Redis.from_url(settings.REDIS_URL)
    redis.flushall()
    assert wake()

    queue = django_rq.get_queue(settings.QUEUE, connection=redis, serializer=JSONSerializer)
    job = queue.jobs[0]
    assert (job.func_name, list(job.args), job.kwargs, job.timeout) == (RUN_NEXT, [], {}, -1)
