"""Contenders side by side: each in its own process, in turn, and the median of their runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.work import Task

MIB = 1 << 20


class Unfair(Exception):
    """A contender broke off, or did not write the rows that were asked for."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run took: seconds of wall and CPU for the work, bytes for the whole process."""

    wall: float
    cpu: float
    peak: int
    written: int

    @property
    def peak_mib(self) -> float:
        return self.peak / MIB


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A contender's part in a race: its module in ``bench.peers``, and what it is to do."""

    module: str
    task: Task
    rows: int


def race(entries: list[Entry], rounds: int) -> dict[str, Run]:
    """Run the contenders in turn (A B C, A B C, ...) and give the median of each, by module.

    :raises Unfair: one of them failed, or wrote another number of rows than it should.
    """
    runs: dict[str, list[Run]] = {entry.module: [] for entry in entries}
    for number in range(rounds):
        for entry in entries:
            runs[entry.module].append(_run(entry, counted=number == 0))
    return {module: _median(each) for module, each in runs.items()}


def call(module: str, *arguments: str) -> str:
    """What ``python -m module`` prints, so that this process never loads a data library."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise Unfair(f"{module} ended with {done.returncode}")
    return done.stdout


def _run(entry: Entry, *, counted: bool) -> Run:
    out = Path(tempfile.mkdtemp(dir=entry.task.out))
    try:
        run, path = _measure(entry.module, replace(entry.task, out=out))
        if counted:
            _check(entry, path)
        return run
    finally:
        shutil.rmtree(out)
        os.sync()  # nobody runs while the disk is still busy with another one's pages


def _measure(module: str, task: Task) -> tuple[Run, Path]:
    command = [sys.executable, "-m", "bench.contender", module, task.to_json()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - for the types
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Unfair(f"{module} ended with {process.returncode} on {task.work} {task.format}")
    told = json.loads(said)
    path = Path(told["path"])
    run = Run(
        wall=told["wall"],
        cpu=told["cpu"],
        peak=usage.ru_maxrss * 1024,
        written=path.stat().st_size,
    )
    return run, path


def _check(entry: Entry, path: Path) -> None:
    kind = entry.task.asked.packed or entry.task.format
    found = int(call("bench.count", kind, str(path)))
    if found != entry.rows:
        raise Unfair(f"{entry.module} wrote {found:,} rows instead of {entry.rows:,}")


def _median(runs: list[Run]) -> Run:
    return Run(
        wall=median(run.wall for run in runs),
        cpu=median(run.cpu for run in runs),
        peak=int(median(run.peak for run in runs)),
        written=int(median(run.written for run in runs)),
    )
