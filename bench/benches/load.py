"""How long fifty people at once wait for their answers, with everything running on this machine."""

from __future__ import annotations

import json
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.race import call
from bench.report import Budget, Report
from bench.stage import Bench

if TYPE_CHECKING:
    from bench.stage import Stage

USERS, SECONDS = 50, 60
# The kind of call, and what its p95 is to be at most: aim and floor, in milliseconds.
BUDGETS = {"POST": (150, 300), "list": (100, 200)}


def load(_: Stage) -> Report:
    """Fifty users, each with a key of his own, against PostgreSQL and 20,000 exports."""
    found = json.loads(call("bench.load", str(USERS), str(SECONDS)).splitlines()[-1])
    p95 = {kind: quantiles(times, n=20)[-1] for kind, times in found["times"].items()}
    return Report(
        title=f"{USERS} users at once for {SECONDS} s, 20,000 exports, PostgreSQL",
        rows=[
            {"call": kind, "calls": len(times), "p50 ms": median(times), "p95 ms": p95[kind]}
            for kind, times in sorted(found["times"].items())
        ],
        budgets=[
            *(
                Budget(name=f"{kind} p95", found=p95[kind], aim=aim, floor=floor, unit="ms")
                for kind, (aim, floor) in BUDGETS.items()
            ),
            Budget(name="errors", found=found["errors"], aim=0, floor=0, unit=""),
        ],
    )


BENCHES = (Bench(name="load", run=load),)
