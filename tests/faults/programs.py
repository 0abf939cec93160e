"""Runs the programs of this folder, each in a process of its own, and reads what they found."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.env import BASE_DIR

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures that a program printed, and whether it was content with them."""

    figures: dict[str, int]
    well: bool


def run(*arguments: str, seconds: float, within: Sequence[str] = ()) -> Outcome:
    """:param within: what starts it, if it is to be started by something else."""
    done = subprocess.run(
        [*within, sys.executable, "-m", "tests.faults.run", *arguments],
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
        timeout=seconds,
        check=False,
    )
    print(*arguments)
    print(done.stdout)
    return Outcome(json.loads(done.stdout.splitlines()[-1]), done.returncode == 0)
