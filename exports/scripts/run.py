"""Runs a script in a process of its own, watches it, and takes nothing that it says on trust."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import exports
from exports.scripts.isolate import BEGUN, CALLS, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 5.0
START = 30.0  # seconds in which the process has to be up
GRACE = 1.5  # seconds in which it has to end by itself, once the script's time is over
# Bytes that the whole process may take up. V8 counts its heap and nothing else: not what lies in
# buffers, nor what it needs to tidy up.
MEMORY = 320 * 1024 * 1024
ANSWER = 4 * 1024 * 1024  # bytes
_LOOK = 0.01  # seconds between two looks at its memory
_CODE = Path(exports.__file__).parents[1]
_MAIN = (
    "import sys; sys.path.insert(0, sys.argv[1]); from exports.scripts.isolate import main; main()"
)
# V8 ends its process by one of these when it has no memory left.
_ABORTED = {signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGSEGV}
_SAID = {"done", "failed", "timed_out", "out_of_memory"}


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a script.

    :ivar outcome: ``done``, ``failed``, ``timed_out`` or ``out_of_memory``.
    :ivar output: what it logged, and its failure after that.
    :ivar calls: addresses and bodies of JSON that it wants posted; none of them checked.
    """

    outcome: str
    output: str = ""
    calls: tuple[tuple[str, str], ...] = ()


def script_run(source: str, job: Mapping[str, Any], *, seconds: float = SECONDS) -> Ran:
    """Run a script to its end, one way or another.

    :param job: what it is given as ``job``; JSON.
    :param seconds: the time that it may take, besides that of its process to start.
    """
    command = [sys.executable, "-I", "-c", _MAIN, str(_CODE), str(os.getpid()), str(seconds)]
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - ourselves
                command,
                env={},
                cwd="/",
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            _hand_over(ours, json.dumps({"source": source, "job": job}).encode())
            ended, answer = _watched(ours, process.pid, seconds)
        finally:
            process.kill()
            code = process.wait()
    return Ran(ended) if ended else _read(code, answer)


def _hand_over(to: socket.socket, task: bytes) -> None:
    to.settimeout(START)
    with suppress(OSError):  # it ended already: its code says why
        to.sendall(task)
        to.shutdown(socket.SHUT_WR)
    to.settimeout(_LOOK)


def _watched(process: socket.socket, pid: int, seconds: float) -> tuple[str, bytes]:
    """Why it had to be ended, if so; and what it said until it ended."""
    answer, until, begun = b"", monotonic() + START, False
    while True:
        try:
            more = process.recv(65_536)
        except TimeoutError:
            pass
        except OSError:
            return "", answer
        else:
            answer += more
            if not more:
                return "", answer
        if not begun and answer.startswith(BEGUN):
            begun, until = True, monotonic() + seconds + GRACE
        if _memory(pid) > MEMORY or len(answer) > ANSWER:
            return "out_of_memory", b""
        if monotonic() > until:
            return "timed_out", b""


def _memory(pid: int) -> int:
    """The bytes of memory that a process takes up; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _read(code: int, answer: bytes) -> Ran:
    if -code in _ABORTED:
        return Ran("out_of_memory")
    if -code == signal.SIGXCPU:
        return Ran("timed_out")
    try:
        said = json.loads(answer)
        told = json.loads(said["told"])
        calls = tuple((_text(url), _text(body)) for url, body in told["calls"])
        output = _text(told["output"]) + ("…\n" if told["cut"] else "") + _text(said["failure"])
        outcome = said["outcome"]
    except (ValueError, TypeError, KeyError):
        return Ran("failed", "The script left nothing that can be read.")
    if outcome not in _SAID or len(calls) > CALLS:
        return Ran("failed", "The script left nothing that can be read.")
    return Ran(outcome, output[: 2 * OUTPUT], calls)


def _text(value: Any) -> str:
    """Text that a database can hold."""
    if not isinstance(value, str):
        raise TypeError
    clean = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
