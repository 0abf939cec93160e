"""Our engine beside DuckDB's COPY and Polars: all of the documents, and a tenth of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.race import MIB, Run, race
from bench.report import Budget, Report
from bench.stage import Bench, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE = "duckdb_copy"
LABELS = {
    "ours": "Waybill",
    "duckdb_copy": "DuckDB COPY, unordered",
    "polars_sink": "Polars sink",
}
WALL = {"jsonl": (1.1, 1.5), "csv": (1.2, 1.7), "parquet": (0.9, 1.15)}
FILTERED_WALL = (1.0, 1.3)
SCAN_PEAK = (400, 512)
MORE = 2  # rounds, for work that takes less than a second


def compare(stage: Stage, *, work: str, format: str) -> Report:  # noqa: A002 - the word of the requests
    """Race the three through one format, and judge ours by DuckDB's wall time."""
    entries = [stage.entry(module, work, format) for module in LABELS]
    medians = race(entries, stage.rounds + (MORE if work == "filtered" else 0))
    reference, ours = medians[REFERENCE], medians["ours"]
    aim, floor = FILTERED_WALL if work == "filtered" else WALL[format]
    return Report(
        title=f"{work} {format}: {stage.documents:,} documents, {entries[0].rows:,} rows out",
        rows=[
            row(label, medians[module], reference, stage.documents)
            for module, label in LABELS.items()
        ],
        budgets=[
            Budget(
                name="wall against DuckDB's COPY",
                found=ours.wall / reference.wall,
                aim=aim,
                floor=floor,
                unit="x",
            ),
            scan_peak(ours),
        ],
    )


def row(label: str, run: Run, reference: Run, documents: int) -> Mapping[str, str | float]:
    """One contender's line of the table; the rate is that of the documents read."""
    return {
        "": label,
        "documents/s": documents / run.wall,
        "wall s": run.wall,
        "CPU s": run.cpu,
        "wall x": run.wall / reference.wall,
        "CPU x": run.cpu / reference.cpu,
        "peak MiB": run.peak_mib,
        "out MiB": run.written / MIB,
    }


def scan_peak(run: Run) -> Budget:
    """The budget of memory for plans that only scan."""
    aim, floor = SCAN_PEAK
    return Budget(name="peak memory", found=run.peak_mib, aim=aim, floor=floor, unit="MiB")


BENCHES = tuple(
    Bench(name=f"{work}-{format_}", run=partial(compare, work=work, format=format_))
    for work in ("whole", "filtered")
    for format_ in WALL
)
