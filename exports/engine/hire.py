"""One helper: its process is started when there is something to do, and again when it fell."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import exports
from exports.engine.errors import EngineFailed, TooSlow
from exports.engine.helper import Answer, Stop

if TYPE_CHECKING:
    from threading import Event

    from exports.engine.helper import Task

CODE = Path(exports.__file__).parents[1]
START = 30.0  # seconds in which a process has to be up
GRACE = 1.0  # seconds between the word to stop and the end of the process
LOOK = 0.02  # seconds between two looks at whether the task is still wanted


class Stopped(Exception):
    """The task was wanted no longer."""


def _code() -> list[str]:
    """Where our code lies, then whatever else was said."""
    return [str(CODE), *filter(None, [os.environ.get("PYTHONPATH")])]


class Hired:
    """A process that does one task after the other. All of it is for one thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def do(self, task: Task, seconds: float, unwanted: Event) -> Any:
        """What the task returns.

        :param seconds: then it is told to stop, and ended when it does not.
        :param unwanted: set it from another thread to stop it at once.
        :raises Stopped: it was not wanted any longer.
        :raises EngineError: what it raised; TooSlow, or EngineFailed when its process fell.
        """
        connection = self._started()
        try:
            connection.send(task)
            self._heard(connection, START, unwanted)
            answer = self._heard(connection, seconds, unwanted)
        except (EOFError, OSError) as error:
            self.end()
            raise EngineFailed from error
        except (Stopped, TooSlow):
            self._stop(connection, task)
            raise
        if answer.error:
            raise answer.error
        return answer.value

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._connection = None

    def _started(self) -> Connection:
        if self._connection and self._process and self._process.poll() is None:
            return self._connection
        self.end()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [
                    *(sys.executable, "-c", "from exports.engine.helper import main; main()"),
                    *(str(os.getpid()), str(theirs.fileno())),
                ],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(_code())},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._connection = Connection(ours.detach())
        return self._connection

    def _heard(self, connection: Connection, seconds: float, unwanted: Event) -> Any:
        until = monotonic() + seconds
        while not connection.poll(LOOK):
            if unwanted.is_set():
                raise Stopped
            if monotonic() > until:
                raise TooSlow
        return connection.recv()

    def _stop(self, connection: Connection, task: Task) -> None:
        """Have the process ready for the next task, or ended."""
        until = monotonic() + GRACE
        try:
            connection.send(Stop(task.number))
            while connection.poll(max(0, until - monotonic())):
                if isinstance(connection.recv(), Answer):
                    return
        except (EOFError, OSError):
            pass
        self.end()
