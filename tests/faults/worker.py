"""A worker that takes its time, and one that has no fence: for the tests, in their own process."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from threading import Event


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--unfenced", action="store_true")
    for step in ("reading", "checking", "publishing"):
        parser.add_argument(f"--{step}", type=float, default=0, help="seconds to linger there")
    asked = parser.parse_args()
    django.setup()
    from exports.domain import seams
    from exports.engine import manifest
    from exports.engine import run as engine
    from exports.queue import horse, papers
    from exports.queue.worker import preload, work_until_asked

    seams.FENCED = not asked.unfenced
    preload()
    run, build = engine.run, manifest.build

    def slow_run(*args: Any, stop: Event, **kwargs: Any) -> Any:
        stop.wait(asked.reading)
        result = run(*args, stop=stop, **kwargs)
        stop.wait(asked.checking)
        return result

    def slow_build(*args: Any, **kwargs: Any) -> bytes:
        time.sleep(asked.publishing)
        return build(*args, **kwargs)

    vars(horse)["run"], vars(papers)["build"] = slow_run, slow_build
    work_until_asked()


if __name__ == "__main__":
    main()
