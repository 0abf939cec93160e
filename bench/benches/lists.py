"""How long lists of 100,000 exports take: each tab, search, filter and deep page."""

from __future__ import annotations

import json
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.race import call
from bench.report import Budget, Report
from bench.stage import Bench

if TYPE_CHECKING:
    from bench.stage import Stage

COUNT = 100_000


def lists(_: Stage) -> Report:
    """Ask for each page of ``bench.lists`` some times, on PostgreSQL."""
    taken: dict[str, list[float]] = json.loads(call("bench.lists", str(COUNT)).splitlines()[-1])
    rows: list[dict[str, str | float]] = [
        {"page": name, "p50 ms": median(times), "p95 ms": quantiles(times, n=20)[-1]}
        for name, times in taken.items()
    ]
    slowest = max(quantiles(times, n=20)[-1] for times in taken.values())
    return Report(
        title=f"lists of {COUNT:,} exports, the time of the server",
        rows=rows,
        budgets=[Budget(name="the slowest p95", found=slowest, aim=100, floor=200, unit="ms")],
    )


BENCHES = (Bench(name="lists", run=lists),)
