"""How many rows there will be, found out beside the export and given up when it takes long."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import duckdb

from exports.engine.watch import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.engine.limits import Limits
    from exports.engine.plan import Plan
    from exports.engine.progress import Progress
    from exports.engine.reader import Reader


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
    waiting = Thread(target=_wait, args=(plan, reader, progress, limits, over), name="forecast")
    waiting.start()
    try:
        yield
    finally:
        over.set()
        waiting.join()


def _wait(plan: Plan, reader: Reader, progress: Progress, limits: Limits, over: Event) -> None:
    if over.wait(limits.count_after):
        return
    with (
        reader.cursor() as cursor,
        watched(cursor.interrupt, stop=over, seconds=limits.count_for),
    ):
        _count(plan, cursor, progress)


def _count(plan: Plan, cursor: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    try:
        [(rows,)] = cursor.execute(plan.count).fetchall()
    except duckdb.Error:  # interrupted; and what is wrong with the source, the export itself says
        return
    progress.rows_total = _at_most(rows, plan)


def _at_most(rows: int, plan: Plan) -> int:
    limit = plan.request.sample_size
    return rows if limit is None else min(rows, limit)
