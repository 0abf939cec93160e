"""Our engine with its whole sink: snapshot, order, checksum, counts, and the local store."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from bench.work import SCORE, STATUS, Task
from exports.engine.plan import plan
from exports.engine.progress import Progress
from exports.engine.request import Format, Request
from exports.engine.run import run
from exports.query.parse import parse
from exports.query.schema import Schema
from exports.sources.source import Source
from exports.stores.local import LocalStore


def export(task: Task) -> Path:
    """Do what the worker does between its claim and the publishing."""
    told = json.loads(Path(task.collection).read_text())
    schema = Schema.from_json(told["schema"])
    where = {"status": STATUS, "score": {"$gte": SCORE}} if task.asked.filtered else None
    request = Request(
        collection="documents",
        format=Format(task.format),
        paths=task.asked.fields,
        where=parse(where, schema),
        order_by=task.asked.order_by,
    )
    made = plan(request, {"documents": schema})
    run(
        made,
        {"documents": Source.from_json(told["source"])},
        open_file=LocalStore(task.out).create,
        scratch=task.out / "scratch",
        progress=Progress(),
        stop=threading.Event(),
    )
    return task.out / made.files[0]
