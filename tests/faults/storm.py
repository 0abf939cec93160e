"""Exports are asked for and run while what runs them is killed and stopped, again and again.

Web server, workers, their horses, the reconciler, Redis and PostgreSQL are its victims. In the
end every export must be there once, whole, and in order.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, connection

from exports.models import ACTIVE, Export, State
from exports.queue.reconciler import reconcile_once
from tests.faults.installation import Workspace, ask, install
from tests.faults.ledger import ledger, tallies
from tests.faults.processes import Command, Fleet, horse_of, send
from tests.services import free_port, valkey_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

FORMATS = ("csv", "jsonl", "json", "parquet")
WORKERS = 3
CALM = 1  # fault
PACE = 1.0  # seconds between the requests in a workspace


class Storm:
    """What can go wrong with the processes of an installation, by its name."""

    def __init__(self, fleet: Fleet, chance: random.Random) -> None:
        self._fleet = fleet
        self._chance = chance
        victims = ["web", "worker", "horse", "reconciler", "redis"]
        victims += ["postgres"] if connection.vendor == "postgresql" else []
        self.faults = [f"{what} {victim}" for victim in victims for what in ("kill", "stop")]
        self.done = 0

    def strike(self, fault: str) -> bool:
        """Returns whether there was anybody to strike."""
        what, _, victim = fault.partition(" ")
        if victim == "horse":
            return self._strike_horse(what)
        if victim == "worker":
            victim = f"worker {self._chance.randrange(WORKERS)}"
        if what == "kill":
            self._fleet.kill(victim)
        else:
            self._fleet.stop(self._fleet.pid(victim), self._chance.uniform(0.2, 1))
        self.done += 1
        return True

    def _strike_horse(self, what: str) -> bool:
        horses = [horse for worker in _at_work() if (horse := horse_of(worker))]
        if not horses:
            return False
        horse = self._chance.choice(horses)
        if what == "kill":
            send(horse, signal.SIGKILL)
        else:
            self._fleet.stop(horse, too_long())
        self.done += 1
        return True


def too_long() -> float:
    """Seconds after which what comes back finds that another one has its export."""
    return settings.EXPORT_LEASE.total_seconds() + 2.5


def main(arguments: Sequence[str]) -> tuple[dict[str, Any], bool]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--exports", type=int, default=24)
    parser.add_argument("--namespaces", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=90, help="after which it gives up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unfenced", action="store_true")
    asked = parser.parse_args(arguments)
    chance = random.Random(asked.seed)
    workspaces = install(asked.namespaces)
    fleet = Fleet()
    port = free_port()
    began = time.monotonic()
    accepted: set[str] = set()
    try:
        _start(fleet, port, unfenced=asked.unfenced)
        storm = Storm(fleet, chance)
        with ThreadPoolExecutor(len(workspaces)) as pool:
            each = asked.exports // len(workspaces)
            asking = [pool.submit(_ask, port, one, each) for one in workspaces]
            _rage(storm, fleet, chance, asking, began + asked.seconds)
            accepted = {uid for one in asking for uid in one.result()}
        _settle(fleet)
        fleet.end(but=("redis", "postgres"))
        connection.close()
        reconcile_once()
        found, counted = ledger(accepted), tallies()
    finally:
        fleet.end()
    told = {
        "exports": len(accepted),
        "faults": storm.done,
        "seconds": round(time.monotonic() - began),
        **found,
        "zombies fenced": counted.get("fenced_writes", 0),
        "reaps": counted.get("reaps", 0),
        "retries": counted.get("retries", 0),
    }
    well = not any(found.values()) and len(accepted) == asked.exports
    return told, well and counted.get("fenced_writes", 0) > 0


def _start(fleet: Fleet, port: int, *, unfenced: bool) -> None:
    _take_over(fleet, "redis", _child("valkey"), Command(valkey_command(settings.VAR_DIR)))
    if connection.vendor == "postgresql":
        pid = Path(settings.VAR_DIR, "postgres", "data", "postmaster.pid").read_text().split()[0]
        _take_over(fleet, "postgres", int(pid), Command.of(int(pid)))
    web = ["-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    options = ["--workers", "1", "--threads", "8", "--no-control-socket"]
    fleet.start("web", Command.ours(*web, *options))
    fleet.start("reconciler", Command.ours("manage.py", "reconcile"))
    worker = ["-m", "tests.faults.worker", "--reading", "0.15", "--publishing", "0.15"]
    for number in range(WORKERS):
        fleet.start(
            f"worker {number}", Command.ours(*worker, *(["--unfenced"] if unfenced else []))
        )


def _rage(
    storm: Storm,
    fleet: Fleet,
    chance: random.Random,
    asking: Sequence[Future[set[str]]],
    deadline: float,
) -> None:
    """One fault after the other, each kind in turn, until all exports have ended.

    First of all a horse that comes back when another one has its export, undisturbed.
    """
    due = ["stop horse"] * CALM
    following = time.monotonic()
    while time.monotonic() < deadline:
        fleet.tend()
        if time.monotonic() > following and storm.strike(due[0]):
            due.pop(0)
            calm = storm.done <= CALM
            following = time.monotonic() + (too_long() if calm else chance.uniform(0.2, 0.8))
        if not due:
            due = chance.sample(storm.faults, len(storm.faults))
        if all(each.done() for each in asking) and not _moving():
            return
        time.sleep(0.05)


def _settle(fleet: Fleet) -> None:
    """What was stopped last comes back, and finds that it is too late."""
    until = time.monotonic() + too_long() + 1
    while time.monotonic() < until:
        fleet.tend()
        time.sleep(0.05)


def _at_work() -> list[int]:
    """The workers that run an export, so far as the database can be asked."""
    running = _asked(Export.objects.filter(state=State.RUNNING).values_list("worker", flat=True))
    return [int(name.rpartition(":")[2]) for name in running or ()]


def _moving() -> bool:
    return _asked(Export.objects.filter(state__in=ACTIVE).values_list("pk", flat=True)) != []


def _asked(query: QuerySet[Export, Any]) -> list[Any] | None:
    try:
        return list(query)
    except DatabaseError:
        connection.close()
        return None


def _ask(port: int, workspace: Workspace, count: int) -> set[str]:
    """Ask for exports in a workspace, one after the other, whatever happens to the server."""
    accepted = set()
    for number in range(count):
        key = f"{workspace.slug}-{number}"
        accepted.add(ask(port, workspace.key, key, format=FORMATS[number % 4]))
        time.sleep(PACE)
    return accepted


def _take_over(fleet: Fleet, name: str, pid: int, command: Command) -> None:
    """Start a server of ours once more, as a member of the fleet."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    fleet.start(name, command)


def _child(name: str) -> int:
    """The server that was started for this program."""
    me = os.getpid()
    for pid in Path(f"/proc/{me}/task/{me}/children").read_text().split():
        if name in Path(f"/proc/{pid}/cmdline").read_text():
            return int(pid)
    raise LookupError(name)
