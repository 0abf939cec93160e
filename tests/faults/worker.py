"""A worker that takes its time, and one that has no fence: for the tests, in their own process."""

from __future__ import annotations

import argparse
import time
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import django

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--unfenced", action="store_true")
    for step in ("reading", "checking", "publishing"):
        parser.add_argument(f"--{step}", type=float, default=0, help="seconds to linger there")
    asked = parser.parse_args()
    django.setup()
    from exports.domain import seams
    from exports.queue import horse
    from exports.queue.worker import preload, work_until_asked

    seams.FENCED = not asked.unfenced
    preload()
    horse.run = lingering(horse.run, before=asked.reading, after=asked.checking)
    horse.build = lingering(horse.build, before=asked.publishing)
    work_until_asked()


def lingering(step: Callable[P, R], *, before: float = 0, after: float = 0) -> Callable[P, R]:
    @wraps(step)
    def lingered(*args: P.args, **kwargs: P.kwargs) -> R:
        time.sleep(before)
        result = step(*args, **kwargs)
        time.sleep(after)
        return result

    return lingered


if __name__ == "__main__":
    main()
