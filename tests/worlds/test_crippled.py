"""The comparison sees it when a rule is taken out of the engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_rule_that_is_taken_out_shows() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "tests.worlds.crippled"],
        cwd=ROOT,
        env=dict(os.environ, PYTHONWARNINGS="default"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout.splitlines() == ["access: shows", "order: shows", "left join: shows"], (
        found.stderr
    )
