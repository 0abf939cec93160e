"""Our engine beside others at what else a request can ask for: references, lists, vectors, zips."""

from __future__ import annotations

from bench.benches.contest import JOIN_PEAK, SCAN_PEAK, Contest

COPY = ("duckdb_copy",)
LOOKED_UP = (1.3, 2.0)
VECTORS = 200_000
PACKED = 500_000  # documents: DuckDB's gzip takes minutes for all

CONTESTS = (
    Contest(work="expand-16", format="jsonl", others=COPY, wall=LOOKED_UP, peak=JOIN_PEAK),
    Contest(work="expand-100000", format="jsonl", others=COPY, wall=LOOKED_UP, peak=JOIN_PEAK),
    # What is looked up does not fit into memory, so that keeping the order has its price.
    Contest(work="expand-2000000", format="parquet", others=COPY, peak=JOIN_PEAK),
    Contest(work="prefix", format="jsonl", others=COPY, wall=LOOKED_UP, peak=SCAN_PEAK),
    Contest(
        work="vectors",
        format="parquet",
        others=("pyarrow_writer",),
        wall=(1.0, 1.2),
        peak=(900, 900),
        documents=VECTORS,
    ),
    Contest(work="archive-zip", format="jsonl", others=("duckdb_zip",), peak=SCAN_PEAK),
    Contest(work="archive-gzip", format="jsonl", others=COPY, peak=SCAN_PEAK, documents=PACKED),
    Contest(work="archive-zstd", format="jsonl", others=COPY, peak=SCAN_PEAK, documents=PACKED),
)
BENCHES = tuple(each.bench(each.work) for each in CONTESTS)
