"""Exports are accepted whatever becomes of Redis, and run when it is back."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from redis import Redis

from exports.models import Export, State, Tally
from tests.api.conftest import Rest, key_for
from tests.faults.processes import Command, Fleet, wait_until, worker
from tests.services import valkey_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exports.models import Collection, Namespace, User

REQUESTS = 20


class Asking:
    """Asks for exports, and notes how it went."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self.seconds: list[float] = []
        self.accepted = 0

    def ask(self) -> None:
        for _ in range(REQUESTS):
            began = time.monotonic()
            answer = self._rest.post("/exports", {"collection": "trips", "sample_size": 1})
            self.seconds.append(time.monotonic() - began)
            self.accepted += answer.status_code == 202

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]


@contextmanager
def deaf(behind: Path, path: Path) -> Iterator[str]:
    """A way to Redis on which what is asked arrives, and the answer never comes back."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(100)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=_forward, args=[listening.accept()[0], behind]).start()

        thread = Thread(target=serve)
        thread.start()
        yield f"unix://{path}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def _forward(client: socket.socket, behind: Path) -> None:
    with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
        server.connect(str(behind))
        while asked := client.recv(65536):
            server.sendall(asked)


def all_ready() -> bool:
    return not Export.objects.exclude(state=State.READY).exists()


def started_after(moment: Callable[[], None]) -> float:
    """Seconds from then until an export that waits has begun."""
    waiting = list(Export.objects.filter(state=State.PENDING).values_list("pk", flat=True))
    moment()
    begun = Export.objects.filter(pk__in=waiting).exclude(state=State.PENDING)
    return wait_until(begun.exists, 15)


@pytest.fixture
def redis(tmp_path: Path, settings: Any, service_env: dict[str, str]) -> Iterator[Fleet]:
    """A Redis of its own that can be killed."""
    url = f"unix://{tmp_path / 'valkey.sock'}"
    settings.REDIS_URL = service_env["REDIS_URL"] = url
    fleet = Fleet()
    fleet.start("redis", Command(valkey_command(tmp_path)))
    wait_until((tmp_path / "valkey.sock").exists)
    try:
        yield fleet
    finally:
        fleet.end()


@pytest.mark.usefixtures("transactional_db")
def test_exports_are_accepted_whatever_becomes_of_redis(
    service_env: dict[str, str],
    redis: Fleet,
    demo: Namespace,
    ada: User,
    trips: Collection,
    tmp_path: Path,
    settings: Any,
) -> None:
    asking = Asking(Rest(key_for(demo, ada)))
    started = {}
    with worker(service_env), worker(service_env, "manage.py", "reconcile"):
        redis.kill("redis")
        asking.ask()
        started["killed"] = started_after(redis.tend)
        wait_until(all_ready)

        os.kill(redis.pid("redis"), signal.SIGSTOP)
        asking.ask()
        started["stopped"] = started_after(lambda: os.kill(redis.pid("redis"), signal.SIGCONT))
        wait_until(all_ready)

        asking.ask()
        started["flushed"] = started_after(lambda: flush(settings.REDIS_URL))
        wait_until(all_ready)

        with deaf(tmp_path / "valkey.sock", tmp_path / "deaf.sock") as url:
            settings.REDIS_URL = url
            asking.ask()
        wait_until(all_ready)

    made = Export.objects.count()
    print(
        f"accepted {asking.accepted} of {len(asking.seconds)}, made {made}, p95 {asking.p95:.3f} s"
    )
    print("started after its return:", {why: round(s, 1) for why, s in started.items()}, "s")
    print("wake-ups failed:", Tally.objects.get(pk="wakeups_failed").value)
    assert asking.accepted == made == len(asking.seconds)
    assert asking.p95 < 0.5
    assert Export.objects.filter(attempt=1).count() == made


def flush(url: str) -> None:
    Redis.from_url(url).flushall()
