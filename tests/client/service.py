"""A whole service with the sample, in a state folder of its own, for all tests of the client.

It is started once, by whichever of the test processes needs it first, and ends with the last.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from config.env import BASE_DIR
from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UP = "Ctrl-C stops everything."
# What the tests set for their own databases and servers.
_THEIRS = ("WAYBILL_VAR", "WAYBILL_SOURCE_ROOTS", "REDIS_URL", "DATABASE_URL", "WAYBILL_PULSE")


@dataclass(frozen=True, slots=True)
class Service:
    """Where it is, and a key of its administrator."""

    url: str
    key: str


@contextmanager
def shared(folder: Path) -> Iterator[Service]:
    """The service of all test processes, as long as it is entered.

    :param folder: theirs.
    """
    folder.mkdir(exist_ok=True)
    told = folder / "service.json"
    with (folder / "users").open("w") as users, (folder / "start").open("w") as start:
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(start, fcntl.LOCK_EX)
        if told.exists():
            fcntl.flock(start, fcntl.LOCK_UN)
            yield Service(**json.loads(told.read_text()))
            return
        with _running(folder / "var") as service:
            told.write_text(json.dumps(asdict(service)))
            fcntl.flock(start, fcntl.LOCK_UN)
            yield service
            # The others may still be at it.
            fcntl.flock(users, fcntl.LOCK_EX)


@contextmanager
def _running(var: Path) -> Iterator[Service]:
    var.mkdir(mode=0o700)
    env = {name: text for name, text in os.environ.items() if name not in _THEIRS}
    env |= {"WAYBILL_VAR": str(var), "WAYBILL_LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"}
    env["WAYBILL_WORKERS"] = "1"
    manage = [sys.executable, "manage.py"]
    port = free_port()
    process = subprocess.Popen(
        [*manage, "up", "--port", str(port)],
        cwd=BASE_DIR,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line)
            if UP in line:
                break
        assert UP in said[-1], "".join(said)
        asked = ["key_create", "--namespace", "demo", "--owner", "admin@example.org"]
        key = subprocess.check_output([*manage, *asked], cwd=BASE_DIR, env=env, text=True)
        yield Service(f"http://127.0.0.1:{port}", key.strip())
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
