"""How many rows there will be, found out beside the export and given up when it takes long."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.engine.limits import Limits
    from exports.engine.plan import Plan
    from exports.engine.progress import Progress
    from exports.engine.reader import Reader

PATIENCE = 0.05  # seconds between two attempts to interrupt


@contextmanager
def forecast(plan: Plan, reader: Reader, progress: Progress, limits: Limits) -> Iterator[None]:
    """Fill in ``rows_total`` while the body runs.

    Without a filter the files' footers say it at once, when they have any. With one it is counted,
    but only in a run that lasts: a short one has no use for it, and a long one has the time.
    """
    if not plan.count:
        if reader.documents is not None:
            progress.rows_total = _at_most(reader.documents, plan)
        yield
        return
    over = Event()
    watch = Thread(target=_watch, args=(plan, reader, progress, limits, over), name="forecast")
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _watch(plan: Plan, reader: Reader, progress: Progress, limits: Limits, over: Event) -> None:
    if over.wait(limits.count_after):
        return
    with reader.cursor() as cursor:
        counting = Thread(target=_count, args=(plan, cursor, progress), name="count")
        counting.start()
        until = monotonic() + limits.count_for
        while counting.is_alive():
            counting.join(PATIENCE)
            if over.is_set() or monotonic() > until:
                cursor.interrupt()


def _count(plan: Plan, cursor: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    try:
        [(rows,)] = cursor.execute(plan.count).fetchall()
    except duckdb.Error:  # interrupted; and what is wrong with the source, the export itself says
        return
    progress.rows_total = _at_most(rows, plan)


def _at_most(rows: int, plan: Plan) -> int:
    limit = plan.request.sample_size
    return rows if limit is None else min(rows, limit)
