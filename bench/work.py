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
    status is :data:`STATUS` and whose score is at least :data:`SCORE`.
    """

    name: str
    shape: str = "big"
    fields: tuple[str, ...] = ()
    filtered: bool = False
    order_by: tuple[str, ...] = ()


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
    )
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run of one contender: what to read, what to do with it, where to write.

    ``collection`` is a file with our engine's source and schema of the same documents;
    ``database`` is one for Django. ``out`` is an empty folder, removed after the run.
    """

    work: str
    format: str
    files: tuple[str, ...]
    out: Path
    collection: str = ""
    database: str = ""

    @property
    def asked(self) -> Work:
        return WORKS[self.work]

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Task:
        told = json.loads(text)
        return cls(**{**told, "files": tuple(told["files"]), "out": Path(told["out"])})
