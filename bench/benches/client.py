"""How fast the Python client downloads a large result, and yields its documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.race import call
from bench.report import Budget, Report
from bench.stage import Bench

if TYPE_CHECKING:
    from bench.stage import Stage


def read(stage: Stage) -> Report:
    """Everything runs on this machine: the service takes its part of the processors."""
    locations = map(str, stage.material("small", stage.growth))
    found = json.loads(call("bench.client", *locations).splitlines()[-1])
    return Report(
        title=f"the client: {found['rows']:,} lines of JSON, {found['bytes'] / 1e6:,.0f} MB",
        rows=[
            {"path": "download, verified", "MB/s": found["download"], "MiB": ""},
            {"path": "documents", "MB/s": found["stream"], "MiB": found["late"]},
        ],
        budgets=[
            Budget(
                name="download", found=found["download"], aim=300, floor=200, unit="MB/s", more=True
            ),
            Budget(
                name="documents", found=found["stream"], aim=80, floor=50, unit="MB/s", more=True
            ),
            Budget(
                name="memory from a tenth to the end",
                found=found["late"] / found["early"],
                aim=1.05,
                floor=1.1,
                unit="times",
            ),
        ],
    )


BENCHES = (Bench(name="client", run=read),)
