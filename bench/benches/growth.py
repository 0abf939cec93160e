"""How our peak memory grows with the number of documents, for plans that scan and that sort."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.race import MIB, Run, race
from bench.report import Budget, Report
from bench.stage import Bench, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

START = 500_000
STEP = 4
PEAK = {"scan": (400, 512), "sort": (700, 900)}
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
    first, last = runs[counts[0]], runs[counts[-1]]
    aim, floor = PEAK[work]
    growth = 100 * (last.peak / first.peak - 1)
    return Report(
        title=f"memory of a {work}, {format}: {counts[0]:,} to {counts[-1]:,} small documents",
        rows=[_row(count, run) for count, run in runs.items()],
        budgets=[
            Budget(name="peak memory", found=last.peak_mib, aim=aim, floor=floor, unit="MiB"),
            Budget(name="growth of the peak", found=growth, aim=GROWTH, floor=GROWTH, unit="%"),
        ],
    )


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
