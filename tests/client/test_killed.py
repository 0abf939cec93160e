"""A download that was killed goes on where it was, and is verified each time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from config.env import BASE_DIR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exports.client import ExportTask
    from tests.client.service import Service


@pytest.mark.parametrize(
    ("rows", "kills"), [(40_000, 8), pytest.param(300_000, 20, marks=pytest.mark.soak)]
)
def test_a_download_killed_at_random_points_verifies_each_time(
    service: Service, made: Callable[..., ExportTask], tmp_path: Path, rows: int, kills: int
) -> None:
    task = made(sample_size=rows)
    command = [sys.executable, "-m", "tests.client.killing"]
    said = subprocess.check_output(
        [*command, service.url, task.uid, str(tmp_path / "results"), str(kills)],
        env={**os.environ, "WAYBILL_API_KEY": service.key},
        cwd=BASE_DIR,
        text=True,
    )

    assert said.count("killed at") == kills
    (data,) = (tmp_path / "results").glob("*.jsonl")
    with data.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == task.files[0].sha256
