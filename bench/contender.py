"""One run of one contender, in a process of its own.

``python -m bench.contender MODULE TASK`` imports the contender first and starts the clock then,
as our worker imports everything before it forks. It prints what it measured of itself as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module

from bench.work import Task


def main(module: str, text: str) -> None:
    """Run the task, and print its wall and CPU seconds and where the result lies."""
    export = import_module(f"bench.peers.{module}").export
    task = Task.from_json(text)
    started, used = time.perf_counter(), time.process_time()
    path = export(task)
    wall, cpu = time.perf_counter() - started, time.process_time() - used
    print(json.dumps({"wall": wall, "cpu": cpu, "path": str(path)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
