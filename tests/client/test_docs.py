"""Every example of docs/client.md and docs/automation.md does what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from config.env import BASE_DIR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.client.service import Service

    Shell = Callable[[str], None]

PRINTED = re.compile(r"print\(.*\)  # (.*)")


def blocks(page: str, kind: str) -> list[str]:
    """The examples of a kind, in the order of the page."""
    text = (BASE_DIR / "docs" / page).read_text()
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def env(service: Service, tmp_path: Path) -> dict[str, str]:
    """That of somebody who has installed the client."""
    binaries = tmp_path / "bin"
    binaries.mkdir()
    command = binaries / "waybill"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m exports.client "$@"\n')
    command.chmod(0o755)
    return {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "PYTHONPATH": str(BASE_DIR),
        "HOME": str(tmp_path),
        "WAYBILL_URL": service.url,
        "WAYBILL_API_KEY": service.key,
    }


@pytest.fixture
def shell(env: dict[str, str], tmp_path: Path) -> Shell:
    """Runs an example as it stands on the page."""

    def run(text: str) -> None:
        subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=tmp_path, env=env, check=True)

    return run


@pytest.mark.parametrize("page", ["client.md", "automation.md"])
def test_python_prints_what_the_page_says(page: str, env: dict[str, str], tmp_path: Path) -> None:
    script = "\n".join(blocks(page, "python"))
    said = subprocess.check_output([sys.executable, "-c", script], cwd=tmp_path, env=env, text=True)
    assert said.splitlines() == PRINTED.findall(script)
    assert said


def test_the_commands_run(shell: Shell, tmp_path: Path) -> None:
    for each in blocks("client.md", "sh"):
        shell(each)
    assert (tmp_path / "results" / "sample.parquet").exists()
    assert "waybill" in (tmp_path / ".waybill-complete.bash").read_text()


def test_curl_brings_a_file(shell: Shell, tmp_path: Path) -> None:
    first, command = blocks("automation.md", "sh")
    shell(first)
    curled = (tmp_path / "delays.csv").read_bytes()
    shell(command)
    assert curled.count(b"\n") == 1001
    assert (tmp_path / "delays.csv").read_bytes() == curled


def test_the_line_for_cron_runs(
    shell: Shell, env: dict[str, str], service: Service, tmp_path: Path
) -> None:
    """With the profile that the page speaks of instead of an environment."""
    profile = tmp_path / ".config" / "waybill" / "config.toml"
    profile.parent.mkdir(parents=True)
    profile.touch(mode=0o600)
    profile.write_text(f'[default]\nurl = "{env.pop("WAYBILL_URL")}"\n')
    with profile.open("a") as file:
        file.write(f'api_key = "{env.pop("WAYBILL_API_KEY")}"\n')
    (line,) = blocks("automation.md", "cron")
    minute, hour, *_ = words = line.split(maxsplit=5)
    assert (minute, hour) == ("15", "6")
    shell(words[5].replace("\\%", "%"))
    days = [each.name for each in (tmp_path / "exports").iterdir()]
    assert abs(datetime.fromisoformat(f"{days[0]}T00:00Z") - datetime.now(UTC)).days <= 1
    assert (tmp_path / "exports" / days[0] / "flights.parquet").exists()


def test_the_steps_for_github_run(shell: Shell, tmp_path: Path) -> None:
    """But for the one that installs the client, which is tried elsewhere."""
    (workflow,) = blocks("automation.md", "yaml")
    install, *steps = re.findall(r"- run: \|\n((?: {10}.*\n)+)", workflow)
    assert install.split()[:2] == ["pip", "install"]
    shell("".join(steps))
    assert (tmp_path / "summary.md").read_text() == "1000 rows\n"
    assert (tmp_path / "results" / "flights.parquet").exists()
