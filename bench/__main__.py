"""Run the benches, print their tables, and keep the figures as JSON under ``bench/results``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.benches import BENCHES
from bench.dataset import DATA, wanted
from bench.race import Unfair
from bench.report import Report
from bench.stage import Bench, Stage

RESULTS = Path(__file__).parent / "results"
GROWTH = 2_000_000
BUSY = 0.5  # load at the start, before anything of ours runs
LIBRARIES = ("duckdb", "polars", "pyarrow", "arro3-io", "django")


def main() -> int:
    """Print each table as soon as it is there; 1 when a floor is missed and that was asked."""
    options = _options()
    started = datetime.now(UTC)
    reports: dict[str, Report] = {}
    DATA.mkdir(exist_ok=True)
    load = os.getloadavg()[0]
    if load > BUSY:
        print(f"others are at work on this machine (load {load:.1f}): wall times will suffer\n")
    with tempfile.TemporaryDirectory(dir=DATA, prefix="run-") as scratch:
        stage = Stage(options.docs, options.growth, options.rounds, Path(scratch))
        for bench in BENCHES:
            if options.only in bench.name:
                reports[bench.name] = _report(bench, stage)
                print(reports[bench.name].text(), flush=True)
    kept = _keep(started, {**vars(options), "load": load}, reports)
    print(f"results: {os.path.relpath(kept)}")
    missed = [name for name, report in reports.items() if not report.held]
    print(f"floors missed: {', '.join(missed)}" if missed else "every floor is met")
    return 1 if missed and options.check else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--docs", type=int, default=wanted(), help="documents (or BENCH_DOCS=)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each contender")
    parser.add_argument("--growth", type=int, default=GROWTH, help="small documents at the end")
    parser.add_argument("--only", default="", help="only benches with this in their name")
    parser.add_argument("--check", action="store_true", help="fail when a floor is missed")
    return parser.parse_args()


def _report(bench: Bench, stage: Stage) -> Report:
    try:
        return bench.run(stage)
    except Unfair as error:
        return Report(title=bench.name, failure=str(error))


def _keep(started: datetime, conditions: dict[str, Any], reports: dict[str, Report]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{started:%Y%m%dT%H%M%SZ}.json"
    figures = {
        "started_at": started.isoformat(),
        "conditions": conditions,
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        "benches": {name: report.to_json() for name, report in reports.items()},
    }
    path.write_text(json.dumps(figures, indent=2) + "\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
