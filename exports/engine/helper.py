"""The process that does short work for another one, and ends with it.

Over a socket come tasks, one after the other, and words to stop the one that runs; the answer to
each goes back.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from exports.engine.errors import Cancelled, EngineError
from exports.engine.explain import explain_any
from exports.engine.kin import die_with_parent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """What to do: a function of a module, which takes ``stop`` besides its own arguments."""

    number: int
    function: Callable[..., Any]
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stop:
    """The task of this number is wanted no longer."""

    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a task gave, or why it gave nothing."""

    number: int
    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """The task of this number is being done: all that it needs was imported."""

    number: int


def main() -> None:
    """Serve the process whose id is the first argument, over the socket that is the second."""
    parent, handle = map(int, sys.argv[1:])
    die_with_parent(parent)
    serve(Connection(handle))


def serve(connection: Connection) -> None:
    """Do what comes, one after the other, for as long as this process lives."""
    waiting = SimpleQueue[tuple[Task, Event]]()
    Thread(target=_listen, args=(connection, waiting), name="listen", daemon=True).start()
    while True:
        task, stop = waiting.get()
        connection.send(Begun(task.number))
        connection.send(_answer(task, stop))


def _listen(connection: Connection, waiting: SimpleQueue[tuple[Task, Event]]) -> None:
    """Take what comes in; when the other end closes, end this process, whatever runs."""
    number, stop = 0, Event()
    try:
        while True:
            heard = connection.recv()
            if isinstance(heard, Task):
                number, stop = heard.number, Event()
                waiting.put((heard, stop))
            elif heard.number == number:
                stop.set()
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:
        logger.exception("What came in cannot be understood.")
        os._exit(1)


def _answer(task: Task, stop: Event) -> Answer:
    try:
        return Answer(task.number, task.function(**task.arguments, stop=stop))
    except Cancelled as error:
        return Answer(task.number, error=error)
    except Exception as error:
        logger.warning("%s ended without a result.", task.function.__name__, exc_info=error)
        told = error if isinstance(error, EngineError) else explain_any(error)
        return Answer(task.number, error=told)
