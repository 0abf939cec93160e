"""Processes of ours that are killed, stopped and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from config.env import BASE_DIR
from exports.engine.kin import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def wait_until(happened: Callable[[], bool], seconds: float = 30) -> float:
    """Seconds that it took."""
    started = time.monotonic()
    while not happened():
        assert time.monotonic() - started < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - started


def horse_of(pid: int) -> int | None:
    """The process in which a worker runs an export, if it does."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return None
    return int(children[0]) if children else None


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def send(pid: int, number: signal.Signals) -> None:
    """A signal to what may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@contextmanager
def worker(env: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker for as long as it is entered, or another of our programs in its place."""
    process = subprocess.Popen(
        [sys.executable, *(arguments or ("manage.py", "worker"))],
        cwd=BASE_DIR,
        env=env,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Command:
    """How a process is started, and as whom: another user than this one's, if need be."""

    words: Sequence[str]
    cwd: Path = BASE_DIR
    user: int | None = None

    @classmethod
    def of(cls, pid: int) -> Command:
        """As that process was started."""
        proc = Path(f"/proc/{pid}")
        words = proc.joinpath("cmdline").read_bytes().decode().rstrip("\0").split("\0")
        user = proc.stat().st_uid
        return cls(words, proc.joinpath("cwd").readlink(), user if user != os.getuid() else None)

    @classmethod
    def ours(cls, *arguments: str) -> Command:
        return cls([sys.executable, *arguments])


class Fleet:
    """Processes by their names. They end with the thread that made them, at the latest."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Command) -> None:
        parent = os.getpid()
        self._commands[name] = command
        self._running[name] = subprocess.Popen(
            command.words,
            cwd=command.cwd,
            user=command.user,
            stdout=subprocess.DEVNULL,
            stderr=None if "WAYBILL_TEST_LOUD" in os.environ else subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),
        )

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def kill(self, name: str) -> None:
        """End it, and those of its session that have not left it: what serves for a web server."""
        with suppress(ProcessLookupError):
            os.killpg(self._running[name].pid, signal.SIGKILL)
        self._running[name].wait()

    def stop(self, pid: int, seconds: float) -> None:
        """Stop a process for a while. A thread lets it go on: who stopped it may wait for it."""
        send(pid, signal.SIGSTOP)
        timer = Timer(seconds, send, (pid, signal.SIGCONT))
        timer.daemon = True
        timer.start()

    def tend(self) -> None:
        """Start again what has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                self.start(name, self._commands[name])

    def end(self, but: Sequence[str] = ()) -> None:
        """End all, or all but these: the servers that the others need."""
        for name in [name for name in reversed(self._running) if name not in but]:
            process = self._running.pop(name)
            process.kill()
            process.wait()
