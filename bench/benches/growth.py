"""How our peak memory grows with the number of documents, for plans that scan and that sort.

A sort takes what it is allowed before it spills, so a set that fits says nothing about growth:
that of a sort is judged from the first set on that fills its allowance.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.race import MIB, Run, race
from bench.report import Budget, Report
from bench.stage import Bench, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START = 500_000
STEP = 4
PEAK = {"scan": (400, 512), "sort": (700, 900)}
SETTLED = {"scan": START, "sort": START * STEP}  # documents that fill what a plan is allowed
GROWTH = 10  # per cent


def follow(stage: Stage, *, work: str, format: str) -> Report:  # noqa: A002 - the word of the requests
    """Export ever more small documents, each four times as many as before."""
    counts = [min(START, stage.growth)]
    while counts[-1] * STEP <= stage.growth:
        counts.append(counts[-1] * STEP)
    runs = {
        count: race([stage.entry("ours", work, format, count=count)], stage.rounds)["ours"]
        for count in counts
    }
    return Report(
        title=f"memory of a {work}, {format}: {counts[0]:,} to {counts[-1]:,} small documents",
        rows=[_row(count, run) for count, run in runs.items()],
        budgets=list(_budgets(work, runs)),
    )


def _budgets(work: str, runs: dict[int, Run]) -> Iterator[Budget]:
    aim, floor = PEAK[work]
    highest = max(run.peak_mib for run in runs.values())
    yield Budget(name="peak memory", found=highest, aim=aim, floor=floor, unit="MiB")
    settled = [run.peak for count, run in runs.items() if count >= SETTLED[work]]
    if len(settled) > 1:
        growth = 100 * (max(settled) / settled[0] - 1)
        yield Budget(name="growth of the peak", found=growth, aim=GROWTH, floor=GROWTH, unit="%")


def _row(count: int, run: Run) -> Mapping[str, str | float]:
    return {
        "documents": count,
        "documents/s": count / run.wall,
        "wall s": run.wall,
        "CPU s": run.cpu,
        "peak MiB": run.peak_mib,
        "out MiB": run.written / MIB,
    }


BENCHES = tuple(
    Bench(name=f"growth-{work}-{format_}", run=partial(follow, work=work, format=format_))
    for work, format_ in (
        ("scan", "jsonl"),
        ("scan", "csv"),
        ("scan", "parquet"),
        ("sort", "jsonl"),
    )
)
