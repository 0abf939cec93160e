"""What every contender is asked to do, told once and in no tool's language."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

STATUS = "published"
SCORE = 0.5  # with the status: one document in ten


@dataclass(frozen=True, kw_only=True)
class Work:
    """A choice of documents and of their fields.

    ``fields`` are dot paths; empty means all of them. ``filtered`` keeps the documents whose
    status is :data:`STATUS` and whose score is at least :data:`SCORE`. ``expand`` is a reference
    into the first ``behind`` small documents, to be replaced by what it names. ``prefix`` is a list
    whose elements are the rows. ``vectors`` asks for these in place of the documents. ``packed`` is
    what is put around the text: ``gzip``, ``zstd`` or ``zip``.
    """

    name: str
    shape: str = "big"
    fields: tuple[str, ...] = ()
    filtered: bool = False
    order_by: tuple[str, ...] = ()
    expand: str = ""
    behind: int = 0
    prefix: str = ""
    vectors: bool = False
    packed: str = ""


WORKS = {
    work.name: work
    for work in (
        Work(name="whole"),
        Work(
            name="filtered",
            fields=("document_id", "title", "created_at", "price", "author.address.city", "tags"),
            filtered=True,
        ),
        Work(
            name="scalars",
            fields=(
                *("document_id", "title", "body", "status", "language", "score", "pages"),
                *("views", "price", "is_public", "published_on", "created_at", "updated_at"),
            ),
        ),
        Work(name="scan", shape="small"),
        Work(name="sort", shape="small", order_by=("-created_at",)),
        Work(name="expand-16", shape="linked", expand="depot", behind=16),
        Work(name="expand-100000", shape="linked", expand="customer", behind=100_000),
        Work(name="expand-2000000", shape="linked", expand="answers", behind=2_000_000),
        Work(name="prefix", prefix="items"),
        Work(name="vectors", shape="vectors", vectors=True),
        Work(name="archive-zip", packed="zip"),
        Work(name="archive-gzip", packed="gzip"),
        Work(name="archive-zstd", packed="zstd"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run of one contender: what to read, what to do with it, where to write.

    ``behind`` are the files of the documents referred to. ``collection`` is a file with our
    engine's source and schema of the documents, ``target`` of those referred to; ``database`` is
    one for Django. ``out`` is an empty folder, removed after the run.
    """

    work: str
    format: str
    files: tuple[str, ...]
    out: Path
    behind: tuple[str, ...] = ()
    collection: str = ""
    target: str = ""
    database: str = ""

    @property
    def asked(self) -> Work:
        return WORKS[self.work]

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Task:
        told = json.loads(text)
        files, behind = tuple(told["files"]), tuple(told["behind"])
        return cls(**{**told, "files": files, "behind": behind, "out": Path(told["out"])})
