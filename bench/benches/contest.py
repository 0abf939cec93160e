"""Our engine beside others at one piece of work, in one table, judged by the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.race import MIB, Run, race
from bench.report import Budget, Report
from bench.stage import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.stage import Stage

LABELS = {
    "ours": "Waybill",
    "duckdb_copy": "DuckDB COPY, unordered",
    "duckdb_zip": "DuckDB COPY, then zipfile",
    "polars_sink": "Polars sink",
    "pyarrow_writer": "pyarrow's reader and writer",
}
Bounds = tuple[float, float]  # what is aimed at, and what must be held
SCAN_PEAK: Bounds = (400, 512)  # MiB, of plans that only scan
JOIN_PEAK: Bounds = (700, 900)  # of those that join or sort


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A race between us and others, and what is asked of us.

    ``wall`` bounds our wall time by that of the first of ``others``, ``peak`` our memory in MiB.
    ``documents`` is at most how many are read, ``more`` the rounds to run beyond what is asked.
    """

    work: str
    format: str
    others: tuple[str, ...]
    peak: Bounds
    wall: Bounds | None = None
    documents: int | None = None
    more: int = 0

    def bench(self, name: str) -> Bench:
        return Bench(name=name, run=self.run)

    def run(self, stage: Stage) -> Report:
        """Race them all."""
        count = min(stage.documents, self.documents or stage.documents)
        modules = ("ours", *self.others)
        entries = [stage.entry(each, self.work, self.format, count=count) for each in modules]
        medians = race(entries, stage.rounds + self.more)
        reference = medians[self.others[0]]
        return Report(
            title=f"{self.work} {self.format}: {count:,} documents, {entries[0].rows:,} rows out",
            rows=[row(LABELS[each], medians[each], reference, count) for each in modules],
            budgets=list(self._budgets(medians["ours"], reference)),
        )

    def _budgets(self, ours: Run, reference: Run) -> Iterator[Budget]:
        if self.wall:
            name = f"wall against {LABELS[self.others[0]]}"
            yield _budget(name, ours.wall / reference.wall, self.wall, "x")
        yield _budget("peak memory", ours.peak_mib, self.peak, "MiB")


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


def _budget(name: str, found: float, bounds: Bounds, unit: str) -> Budget:
    aim, floor = bounds
    return Budget(name=name, found=found, aim=aim, floor=floor, unit=unit)
