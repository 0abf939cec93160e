"""How long a small export takes, from the POST until it is ready, with everything running."""

from __future__ import annotations

import json
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.race import call
from bench.report import Budget, Report
from bench.stage import Bench

if TYPE_CHECKING:
    from bench.stage import Stage

COUNT = 50


def wait(_: Stage) -> Report:
    """Make small exports over REST, one after the other."""
    times = sorted(json.loads(call("bench.service", str(COUNT)).splitlines()[-1]))
    p50, p95 = median(times) * 1000, quantiles(times, n=20)[-1] * 1000
    return Report(
        title=f"a small export, {COUNT} times: from POST to ready",
        rows=[{"path": "REST, queue, worker", "p50 ms": p50, "p95 ms": p95}],
        budgets=[Budget(name="p50", found=p50, aim=150, floor=300, unit="ms")],
    )


BENCHES = (Bench(name="small", run=wait),)
