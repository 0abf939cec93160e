"""How fast the history answers with a million events: its pages, each filter, the charts, REST."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.race import call
from bench.report import Budget, Report
from bench.stage import Bench

if TYPE_CHECKING:
    from bench.stage import Stage

EVENTS, EXPORTS, TIMES = 1_000_000, 100_000, 40


def answer(_: Stage) -> Report:
    """Ask each of them, one after the other, on PostgreSQL."""
    lines = call("bench.history", str(EVENTS), str(EXPORTS), str(TIMES)).splitlines()
    figures: dict[str, dict[str, float]] = json.loads(lines[-1])
    worst = max(figures, key=lambda kind: figures[kind]["p95"])
    p95 = figures[worst]["p95"]
    return Report(
        title=f"the history: {EVENTS:,} events, {EXPORTS:,} exports, each {TIMES} times",
        rows=[
            {"asked for": kind, "p50 ms": each["p50"], "p95 ms": each["p95"]}
            for kind, each in figures.items()
        ],
        budgets=[Budget(name=f"p95 of {worst}", found=p95, aim=100, floor=200, unit="ms")],
    )


BENCHES = (Bench(name="history", run=answer),)
