"""The process in which one script runs: it limits itself, runs it, and says what came of it.

It holds no secret and no connection, and its environment is empty. The process that started it
believes nothing that it says, and ends it when it takes too long or too much.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from exports.engine.kin import die_with_parent

if TYPE_CHECKING:
    from py_mini_racer import JSFunction

OUTPUT = 64 * 1024  # characters of output, and of one message
CALLS = 10
HEAP = 64 * 1024 * 1024  # bytes
FILES = 64
CPU = 20  # seconds, the start of the process among them
BEGUN = b"\n"

_PRELUDE = Path(__file__).with_name("prelude.js")
_COLLECT = 1.0  # seconds


def main() -> None:
    """Called with the parent's process id and the seconds; the task comes by standard input."""
    die_with_parent(int(sys.argv[2]))
    _limit()
    task = json.load(sys.stdin)
    found = _run(task["source"], json.dumps(task["job"]), float(sys.argv[3]))
    _write(json.dumps(found).encode())
    # What hangs in the isolate would keep the process from ending in good order.
    os._exit(0)


def _limit() -> None:
    # Never RLIMIT_AS or RLIMIT_DATA: V8 reserves terabytes of addresses, and aborts without them.
    for what, most in (
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _run(source: str, job: str, seconds: float) -> dict[str, Any]:
    isolate = MiniRacer()
    isolate.set_hard_memory_limit(HEAP)
    begin: Any = isolate.eval(_PRELUDE.read_text())
    collect: JSFunction = begin(job, OUTPUT, CALLS)
    _write(BEGUN)
    outcome, failure = "done", ""
    try:
        isolate.eval(source, timeout_sec=seconds)
    except JSTimeoutException:
        outcome = "timed_out"
    except JSOOMException:
        outcome = "out_of_memory"
    except JSEvalException as error:
        outcome, failure = "failed", str(error)
    if isolate.was_hard_memory_limit_reached():
        outcome = "out_of_memory"
    told = collect(timeout_sec=_COLLECT)
    return {"outcome": outcome, "failure": failure[:OUTPUT], "told": told}


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
