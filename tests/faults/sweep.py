"""A run is ended at its n-th step, for every n: then comes the reconciler, and the next attempt.

A step is whatever a crash could come before or after: the claim, each batch, each call to the
disk or the store, the manifest, each statement and commit of the publication.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from botocore.client import BaseClient
from django.conf import settings
from django.db import connections
from django.utils import timezone

from exports.engine.reader import Reader
from exports.models import Export, State
from exports.queue import horse, papers
from exports.queue.reconciler import reconcile_once
from tests.faults.installation import apart, install
from tests.faults.installation import asked as ask_for
from tests.faults.ledger import data_sum, ledger, left_over

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

P = ParamSpec("P")
R = TypeVar("R")

FORMATS = ("parquet", "jsonl", "json", "csv")
KILLED = -signal.SIGKILL
MOST = 500  # steps


@dataclass
class Steps:
    """Counts the steps of a run, in all its threads, and ends the process at one of them."""

    last: int
    note: Path

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._count = 0

    def step(self, name: str) -> None:
        with self._lock:
            self._count += 1
            if self._count == self.last:
                self.note.write_text(name)
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str, called: str) -> None:
        """A step before and one after each call."""
        inner = getattr(owner, name)

        @wraps(inner)
        def stepping(*args: Any, **kwargs: Any) -> Any:
            self.step(f"before {called}")
            result = inner(*args, **kwargs)
            self.step(f"after {called}")
            return result

        setattr(owner, name, stepping)

    def each(self, owner: Any, name: str, called: str) -> None:
        """A step before each item."""
        inner = getattr(owner, name)

        @wraps(inner)
        def stepping(*args: Any, **kwargs: Any) -> Iterator[Any]:
            for item in inner(*args, **kwargs):
                self.step(called)
                yield item

        setattr(owner, name, stepping)


def main(arguments: Sequence[str]) -> tuple[dict[str, Any], bool]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--every", type=int, default=1, help="end at every so many steps only")
    parser.add_argument("--archive", choices=["none", "zip"], default="none")
    asked = parser.parse_args(arguments)
    install(1)
    settings.EXPORT_PAUSES = (timedelta(0),)
    found: Counter[str] = Counter()
    names: set[str] = set()
    accepted: list[str] = []
    for first, format_ in enumerate(asked.formats):
        fields = {"format": format_, "archive": asked.archive}
        whole = ask_for(**fields)
        assert _run(0, whole) == ("", 0), "a run that nobody ends must end well"
        accepted.append(whole.uid)
        for last in range(1 + first % asked.every, MOST, asked.every):
            export = ask_for(**fields)
            accepted.append(export.uid)
            # It is the time of what lies in an archive, which could not be the same otherwise.
            Export.objects.filter(pk=export.pk).update(created_at=whole.created_at)
            ended_at, code = _run(last, export)
            if code == 0:
                break
            names.add(ended_at)
            found += _made_good(export, whole)
            found["steps"] += 1
    found |= {"steps": 0} if not found["steps"] else {}
    told = {"steps": found.pop("steps"), "kinds of steps": len(names), **ledger(accepted)}
    told |= {name: found[name] for name in ("left after one round", "not the same")}
    print(*sorted(names), sep=", ")
    faults = {name: told[name] for name in told if not name.endswith("steps")}
    return told, bool(told["steps"]) and not any(faults.values())


def _made_good(export: Export, whole: Export) -> Counter[str]:
    """One round of the reconciler once the lease is over, then another attempt if need be."""
    over = timezone.now() - timedelta(seconds=1)
    Export.objects.filter(pk=export.pk, lease_until__isnull=False).update(lease_until=over)
    reconcile_once()
    left = left_over() + [each.name for each in settings.SCRATCH_DIR.glob("*")]
    export.refresh_from_db()
    if export.state != State.READY:
        _run(0, export)
    reconcile_once()
    same = export.state == State.READY and data_sum(export) == data_sum(whole)
    return Counter({"left after one round": len(left), "not the same": not same})


def _run(last: int, export: Export) -> tuple[str, int]:
    """Run what is next as a worker's horse does, in a process of its own.

    :param last: the step at which it ends; 0 lets it be.
    :returns: the name of that step, and how the process ended: 0 when it came to its end.
    """
    note = settings.VAR_DIR / "step"
    note.unlink(missing_ok=True)
    code = apart(_ended_at, Steps(last, note))
    export.refresh_from_db()
    assert code in (0, KILLED)
    return note.read_text() if note.exists() else "", code


def _ended_at(steps: Steps) -> None:
    steps.around(horse, "export_claim", "claim")
    steps.around(papers, "build", "manifest")
    steps.each(Reader, "batches", "batch")
    for call in ("open", "write", "fsync"):
        steps.around(os, call, call)
    steps.around(Path, "rename", "rename")
    steps.around(BaseClient, "_make_api_call", "call to S3")
    steps.around(horse, "run_publish", "publish")
    steps.around(type(connections["default"]), "_commit", "commit")
    horse.run_claimed()
