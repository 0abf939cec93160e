"""Helpers do short work in processes of their own, which never outlive this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from exports.engine import hire
from exports.engine.errors import DocumentMissing, EngineFailed, TooSlow
from exports.engine.helpers import Busy, Helpers, Replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


# What the helpers are asked to do.
def whoami(*, stop: Event) -> int:
    return os.getpid()


def wait(*, mark: Path, stop: Event) -> str:
    mark.write_text(str(os.getpid()))
    return "stopped" if stop.wait(30) else "over"


def hang(*, mark: Path, stop: Event) -> None:
    mark.write_text(str(os.getpid()))
    time.sleep(60)


def fall(*, stop: Event) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(*, stop: Event) -> None:
    raise DocumentMissing


def err(*, stop: Event) -> None:
    raise ZeroDivisionError


@pytest.fixture
def helpers() -> Iterator[Helpers]:
    found = Helpers(size=1, waiting=1)
    yield found
    found.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as found:
        yield found


def until_there(mark: Path) -> int:
    for _ in range(1500):
        if mark.exists() and (text := mark.read_text()):
            return int(text)
        time.sleep(0.02)
    raise TimeoutError(mark)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until_gone(pid: int) -> None:
    for _ in range(500):
        if not is_alive(pid):
            return
        time.sleep(0.02)
    raise TimeoutError(f"process {pid} is still there")


def test_one_process_does_many_tasks(helpers: Helpers) -> None:
    first, second = (helpers.run("ada", 20, whoami) for _ in range(2))

    assert first == second != os.getpid()


def test_what_a_task_raises_comes_back_and_the_process_goes_on(helpers: Helpers) -> None:
    before = helpers.run("ada", 20, whoami)
    with pytest.raises(DocumentMissing):
        helpers.run("ada", 20, refuse)
    with pytest.raises(EngineFailed):
        helpers.run("ada", 20, err)

    assert helpers.run("ada", 20, whoami) == before


def test_a_newer_task_of_a_person_replaces_the_older_one(
    helpers: Helpers, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    older = pool.submit(helpers.run, "ada", 30, wait, mark=tmp_path / "a")
    process = until_there(tmp_path / "a")

    assert helpers.run("ada", 30, whoami) == process  # it ended in good order
    with pytest.raises(Replaced):
        older.result()


def test_it_replaces_one_that_still_waits(
    helpers: Helpers, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    running = pool.submit(helpers.run, "ada", 1, wait, mark=tmp_path / "a")
    until_there(tmp_path / "a")
    older = pool.submit(helpers.run, "eve", 30, whoami)
    with pytest.raises(TimeoutError):
        older.result(0.1)
    newer = pool.submit(helpers.run, "eve", 30, whoami)

    with pytest.raises(Replaced):
        older.result()
    with pytest.raises(TooSlow):
        running.result()
    assert newer.result() != os.getpid()


def test_too_many_are_turned_away(
    helpers: Helpers, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    running = pool.submit(helpers.run, "ada", 1, wait, mark=tmp_path / "a")
    until_there(tmp_path / "a")
    waiting = pool.submit(helpers.run, "eve", 30, whoami)
    with pytest.raises(TimeoutError):
        waiting.result(0.1)

    with pytest.raises(Busy):
        helpers.run("olaf", 30, whoami)
    with pytest.raises(TooSlow):
        running.result()
    assert waiting.result()


def test_what_does_not_stop_in_time_is_ended_with_its_process(
    helpers: Helpers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hire, "GRACE", 0.1)
    with pytest.raises(TooSlow):
        helpers.run("ada", 0.2, hang, mark=tmp_path / "a")

    until_gone(until_there(tmp_path / "a"))
    assert helpers.run("ada", 20, whoami)


def test_a_process_that_falls_is_replaced(helpers: Helpers) -> None:
    with pytest.raises(EngineFailed):
        helpers.run("ada", 20, fall)

    assert helpers.run("ada", 20, whoami)


def test_nothing_is_left_when_it_closes(
    helpers: Helpers, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    running = pool.submit(helpers.run, "ada", 30, wait, mark=tmp_path / "a")
    process = until_there(tmp_path / "a")
    helpers.close()

    assert not is_alive(process)
    with pytest.raises(Replaced):
        running.result()
    with pytest.raises(Busy):
        helpers.run("ada", 20, whoami)


PARENT = """
import sys, threading
from pathlib import Path
from exports.engine.helpers import Helpers
from tests.engine.test_helpers import hang
run = threading.Thread(target=Helpers().run, args=("ada", 60, hang), daemon=True,
    kwargs={"mark": Path(sys.argv[1])})
run.start()
sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None])
def test_no_process_outlives_its_parent(how: signal.Signals | None, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "a")], cwd=ROOT, stdin=subprocess.PIPE
    ) as parent:
        process = until_there(tmp_path / "a")
        if how:
            parent.send_signal(how)
        else:
            assert parent.stdin
            parent.stdin.close()  # it comes to its end
        parent.wait(20)
    until_gone(process)
