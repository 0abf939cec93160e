"""Processes that live and end as one."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from exports.management.group import Group, GroupFailed

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def _watched(group: Group) -> Thread:
    thread = Thread(target=group.watch)
    thread.start()
    return thread


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_ending_the_group_ends_its_members() -> None:
    group = Group()
    group.start("one", SLEEP)
    group.start("two", SLEEP)
    processes = [member.process for member in group._members]

    group.end()

    assert [process.poll() is not None for process in processes] == [True, True]


@pytest.mark.parametrize(("patience", "asked"), [(0.5, 1), (30, 2)])
def test_a_member_that_will_not_end_is_made_to_when_patience_is_over(
    patience: float, asked: int
) -> None:
    group = Group()
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(60)"
    group.start("stubborn", [sys.executable, "-c", stubborn])
    process = group._members[0].process
    time.sleep(0.3)
    for _ in range(asked):
        group.stop.set()

    begun = time.monotonic()
    group.end(patience)

    assert process.returncode is not None
    assert time.monotonic() - begun < 5


def test_a_member_that_falls_is_started_again(tmp_path: Path) -> None:
    mark = tmp_path / "second"
    code = (
        "import pathlib, sys, time\n"
        f"first = pathlib.Path({str(tmp_path / 'first')!r})\n"
        "if not first.exists(): first.touch(); sys.exit(3)\n"
        f"pathlib.Path({str(mark)!r}).touch(); time.sleep(60)\n"
    )
    group = Group()
    group.start("worker", [sys.executable, "-c", code])
    thread = _watched(group)
    try:
        _wait_for(mark)
    finally:
        group.stop.set()
        thread.join()
        group.end()


def test_a_member_that_never_stays_up_ends_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.management.group._PAUSE", 0.01)
    group = Group()
    group.start("broken worker", [sys.executable, "-c", "raise SystemExit(7)"])

    with pytest.raises(GroupFailed, match="broken worker will not stay up"):
        group.watch()
    group.end()
