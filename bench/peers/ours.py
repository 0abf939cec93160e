"""Our engine with its whole sink: snapshot, order, checksum, counts, index, encryption, store."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from bench.dataset import LENGTH
from bench.sealed import store_in
from bench.work import SCORE, STATUS, Task, Work
from exports.engine.plan import plan
from exports.engine.progress import Progress
from exports.engine.request import Compression, Format, Request
from exports.engine.run import run
from exports.query.catalogue import Entry
from exports.query.parse import parse
from exports.query.schema import Role, Schema
from exports.sources.source import Source

DOCUMENTS, BEHIND = "documents", "behind"


def export(task: Task) -> Path:
    """Do what the worker does between its claim and the publishing."""
    read = {DOCUMENTS: task.collection} | ({BEHIND: task.target} if task.target else {})
    told = {each: json.loads(Path(path).read_text()) for each, path in read.items()}
    schemas = {each: Schema.from_json(found["schema"]) for each, found in told.items()}
    schemas[DOCUMENTS] = _marked(schemas[DOCUMENTS], task.asked)
    made = plan(
        _request(task, schemas[DOCUMENTS]),
        {each: Entry(each, schema) for each, schema in schemas.items()},
    )
    done = run(
        made,
        {each: Source.from_json(found["source"]) for each, found in told.items()},
        open_file=store_in(task.out).create,
        scratch=task.out / "scratch",
        progress=Progress(),
        stop=threading.Event(),
    )
    # Beside it lie the list of references to nothing, or the keys of the vectors.
    largest = max(done.files, key=lambda each: each.bytes)
    return task.out / largest.name


def _marked(schema: Schema, asked: Work) -> Schema:
    """The schema with what a person says of it after it was registered."""
    if asked.expand:
        return schema.mark(asked.expand, role=Role.REFERENCE, target=BEHIND)
    if asked.vectors:
        return schema.mark("embedding", role=Role.VECTOR, length=LENGTH)
    return schema


def _request(task: Task, schema: Schema) -> Request:
    asked = task.asked
    where = {"status": STATUS, "score": {"$gte": SCORE}} if asked.filtered else None
    return Request(
        collection=DOCUMENTS,
        format=Format(task.format),
        paths=("document_id",) if asked.vectors else asked.fields,
        expand=(asked.expand,) if asked.expand else (),
        where=parse(where, schema),
        order_by=asked.order_by,
        prefix=asked.prefix,
        include_vectors=asked.vectors,
        archive=asked.packed == "zip",
        compression=Compression(asked.packed) if asked.packed in list(Compression) else None,
    )
