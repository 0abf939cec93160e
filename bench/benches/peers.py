"""Our engine beside DuckDB's COPY and Polars: all of the documents, and a tenth of them."""

from __future__ import annotations

from bench.benches.contest import SCAN_PEAK, Contest

OTHERS = ("duckdb_copy", "polars_sink")
WALL = {"jsonl": (1.1, 1.5), "csv": (1.2, 1.7), "parquet": (0.9, 1.15)}
FILTERED_WALL = (1.0, 1.3)
MORE = 2  # rounds, for work that takes less than a second

WHOLE = tuple(
    Contest(work="whole", format=each, others=OTHERS, wall=bounds, peak=SCAN_PEAK)
    for each, bounds in WALL.items()
)
FILTERED = tuple(
    Contest(
        work="filtered", format=each, others=OTHERS, wall=FILTERED_WALL, peak=SCAN_PEAK, more=MORE
    )
    for each in WALL
)
BENCHES = tuple(each.bench(f"{each.work}-{each.format}") for each in (*WHOLE, *FILTERED))
