"""An upload is never held in memory, however large it is."""

from __future__ import annotations

import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

from config.env import BASE_DIR
from exports.models import Collection
from tests.api.conftest import key_for
from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.models import Namespace, User

# What is measured is the web server, which is the same with either.
pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="one database is enough")

MB = 1_000_000
_LINE = b'{"id": "%012d", "text": "' + b"x" * 65_000 + b'"}\n'
_ROOM = 40 * MB  # that the server may take more than before


@pytest.fixture
def server(
    transactional_db: None, service_env: dict[str, str]
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A web server as ``make run`` starts it; its port and process."""
    port = free_port()
    command = ["gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    threads = ["--workers", "1", "--threads", "8", "--worker-class", "gthread"]
    quiet = ["--log-level", "warning", "--no-control-socket"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, *threads, *quiet],
        cwd=BASE_DIR,
        env=service_env,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield port, process
    process.terminate()
    process.wait(20)


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def peak(process: subprocess.Popen[bytes]) -> int:
    """The most memory that the server's worker has held so far, in bytes."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    status = Path(f"/proc/{children[0]}/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def send(port: int, key: str, size: int, *, stop_at: int | None = None) -> int:
    """Upload so many bytes of JSONL; or hang up after some of them. Returns the status."""
    head = (
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nthings\r\n--b\r\n'
        b'Content-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n'
    )
    tail = b"\r\n--b--\r\n"
    count = size // len(_LINE % 0)
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    connection.putrequest("POST", "/api/v1/collections")
    connection.putheader("Authorization", f"Bearer {key}")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", str(len(head) + count * len(_LINE % 0) + len(tail)))
    connection.endheaders(head)
    for number in range(count):
        connection.send(_LINE % number)
        if stop_at is not None and number * len(_LINE) > stop_at:
            connection.close()
            return 0
    connection.send(tail)
    status = connection.getresponse().status
    connection.close()
    return status


def uploads() -> list[str]:
    return sorted(each.name for each in settings.UPLOAD_DIR.glob("*"))


def held(server: tuple[int, subprocess.Popen[bytes]], key: str, size: int) -> None:
    port, process = server
    assert send(port, key, MB) == 202
    Collection.objects.all().delete()
    before = peak(process)

    assert send(port, key, size) == 202
    assert peak(process) - before < _ROOM
    made = Collection.objects.get()
    (path,) = (settings.UPLOAD_DIR / made.uid).iterdir()
    assert path.stat().st_size == size // len(_LINE % 0) * len(_LINE % 0)
    path.unlink()


def test_64_megabytes_are_written_as_they_come_and_what_stops_leaves_nothing(
    server: tuple[int, subprocess.Popen[bytes]], demo: Namespace, ada: User
) -> None:
    key = key_for(demo, ada)
    held(server, key, 64 * MB)

    before = uploads()
    Collection.objects.all().delete()
    send(server[0], key, 64 * MB, stop_at=20 * MB)
    deadline = time.monotonic() + 10
    while uploads() != before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not Collection.objects.exists()


@pytest.mark.soak
def test_two_gigabytes_are_written_as_they_come(
    server: tuple[int, subprocess.Popen[bytes]], demo: Namespace, ada: User
) -> None:
    held(server, key_for(demo, ada), 2_000 * MB)
