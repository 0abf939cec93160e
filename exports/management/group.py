"""Runs several processes as one: started together, restarted when they fall, stopped together."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.env import BASE_DIR
from exports.engine.kin import die_with_parent
from exports.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

logger = logging.getLogger(__name__)

_QUICK = 5.0
_TOO_OFTEN = 5
_PAUSE = 0.5


class GroupFailed(Exception):
    """A process falls as often as it is started."""


@dataclass
class Member:
    """One process of the group, and how often it fell right after its start."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    falls: int = 0


class Group:
    """Processes that live and end with this one.

    Each is in a session of its own, so that Ctrl-C reaches this process alone, which then stops
    them: first all but the one that was started first, which the others need, then that one.
    """

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        self._env = dict(env or os.environ)
        self._members: list[Member] = []
        self.stop = Stop()

    def start(self, name: str, command: Sequence[str]) -> None:
        self._members.append(Member(name, command, self._spawn(command)))

    def manage(self, name: str, *arguments: str) -> None:
        """Start one of our own commands."""
        self.start(name, [sys.executable, "manage.py", *arguments])

    def watch(self) -> None:
        """Keep the members up until ``stop`` is set.

        :raises GroupFailed: one of them will not stay up.
        """
        while not self.stop.wait(0.3):
            for member in self._members:
                if member.process.poll() is not None:
                    self._restart(member)

    def end(self, patience: float = 10) -> None:
        """Ask them to end, the first one last, since the others need it.

        After ``patience`` seconds in all, or when ``stop`` is set once more, they are made to.
        """
        deadline = time.monotonic() + patience
        for members in (self._members[1:], self._members[:1]):
            for member in members:
                member.process.terminate()
            for member in members:
                self._await(member, deadline)
        self._members.clear()

    def _await(self, member: Member, deadline: float) -> None:
        while member.process.poll() is None:
            if time.monotonic() > deadline or self.stop.is_urgent:
                logger.warning("The %s did not end in time; it is made to.", member.name)
                member.process.kill()
                member.process.wait()
            else:
                time.sleep(0.02)

    def _restart(self, member: Member) -> None:
        quick = time.monotonic() - member.started < _QUICK
        member.falls = member.falls + 1 if quick else 1
        code = member.process.returncode
        if member.falls >= _TOO_OFTEN:
            raise GroupFailed(f"The {member.name} will not stay up (exit code {code}).")
        logger.warning("The %s ended with code %s; it is started again.", member.name, code)
        self.stop.wait(_PAUSE * member.falls)
        if not self.stop.is_set():
            member.started = time.monotonic()
            member.process = self._spawn(member.command)

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        parent = os.getpid()
        return subprocess.Popen(
            command,
            env=self._env,
            cwd=BASE_DIR,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),
        )
