"""The two commands of the README, run as a new user would."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from config.env import BASE_DIR
from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A fresh state folder, of a name that is no plain one, and no settings but that."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("WAYBILL_", "REDIS_", "DATAB"))
    }
    return {
        **kept,
        "WAYBILL_VAR": str(tmp_path / "var of #1"),
        "WAYBILL_WORKERS": "1",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def up(env: dict[str, str], port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """``manage.py up``, and the lines that it prints."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        cwd=BASE_DIR,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []

    def collect() -> None:
        assert process.stdout
        lines.extend(process.stdout)

    reader = threading.Thread(target=collect)
    reader.start()
    try:
        yield process, lines
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(30)
        reader.join()
        assert process.stdout
        process.stdout.close()


def wait_for_line(process: subprocess.Popen[str], lines: list[str], text: str) -> None:
    deadline = time.monotonic() + 60
    while not any(text in line for line in lines):
        assert process.poll() is None, "".join(lines)
        assert time.monotonic() < deadline, "".join(lines)
        time.sleep(0.1)


def family_of(pid: int) -> dict[int, str]:
    """Every process below this one, with its command line."""
    found: dict[int, str] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
        found.update(family_of(int(child)))
    return found


def downloaded(env: dict[str, str], port: int, said: str) -> tuple[str, int]:
    """The page of the first export, and the lines of its data, got with a key as a script does."""
    asked = ["key_create", "--namespace", "demo", "--owner", "admin@example.org"]
    made = subprocess.run(
        [sys.executable, "manage.py", *asked],
        cwd=BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    page = re.search(rf"http://127.0.0.1:{port}/demo/exports/(exp_\w+)", said)
    assert page
    address = f"http://127.0.0.1:{port}/api/v1/exports/{page[1]}/files/data.jsonl"
    request = Request(address, headers={"Authorization": f"Bearer {made.stdout.strip()}"})
    with urlopen(request, timeout=10) as answer:
        return page[0], answer.read().count(b"\n")


def test_make_run_starts_everything_and_ctrl_c_stops_it(env: dict[str, str]) -> None:
    port = free_port()
    with up(env, port) as (process, lines):
        wait_for_line(process, lines, "Ctrl-C stops everything")
        said = "".join(lines)
        with urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=5) as page:
            assert b"password" in page.read()
        page, lines_of_data = downloaded(env, port, said)
        family = family_of(process.pid)
        running = " ".join(family.values())
        for name in ("valkey", "gunicorn", "worker", "reconcile", "deliver"):
            assert name in running

        second = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(free_port())],
            cwd=BASE_DIR,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 1
        assert "runs already" in second.stderr

    assert "26,581 rows" in said
    assert re.search(rf"\n  data.jsonl  [\d,]+ bytes\n(.*\n)*  download .* {page}\n", said)
    assert lines_of_data == 26_581
    key = Path(env["WAYBILL_VAR"], "master_key")
    assert f"The master key was made: {key}\nBack it up now" in said
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    stored = [each for each in Path(env["WAYBILL_VAR"], "store").rglob("*") if each.is_file()]
    files = ["data.jsonl", "data.jsonl.index", "manifest.json", "manifest.json.sig"]
    sealed = [*files, *(f"{each}.key" for each in files), "waybill.keycheck"]
    assert sorted(each.name for each in stored) == sorted(sealed)
    assert [each.name for each in stored if b"delay_minutes" in each.read_bytes()] == []
    assert re.search(r"E-mail +admin@example.org\nPassword +\S{12,}", said)
    assert process.returncode == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def test_make_demo_shows_one_verified_export_and_stops(env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "26,581 rows" in done.stdout
    assert done.stdout.count(": OK") == 3
    assert '"departure"' in done.stdout
