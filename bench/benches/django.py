"""Our CSV of the scalar fields beside Django's ``.iterator()`` with ``csv``, by rows a second."""

from __future__ import annotations

from bench.benches.contest import row
from bench.race import race
from bench.report import Budget, Report
from bench.stage import Bench, Stage


def compare(stage: Stage) -> Report:
    """Race the two; Django has a sample of the rows in SQLite, we have all of them in Parquet."""
    ours, sample = stage.entry("ours", "scalars", "csv"), stage.database()
    medians = race([ours, sample], stage.rounds)
    mine, django = medians["ours"], medians["django_iterator"]
    times = (ours.rows / mine.wall) / (sample.rows / django.wall)
    lines = [
        row(f"Waybill, {ours.rows:,} rows", mine, django, ours.rows),
        row(f"Django .iterator() + csv, {sample.rows:,} rows", django, django, sample.rows),
    ]
    return Report(
        title="the 13 scalar fields as CSV, against Django",
        rows=[{name: value for name, value in line.items() if " x" not in name} for line in lines],
        budgets=[
            Budget(name="rows/s against Django", found=times, aim=10, floor=5, unit="x", more=True)
        ],
    )


BENCHES = (Bench(name="django", run=compare),)
