"""What the answers look like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from exports.models import Collection, Format, State, Step


class ProblemField(Schema):
    """What is wrong with one field."""

    path: str = Field(examples=["where.AND.0.value"])
    message: str


class Problem(Schema):
    """RFC 9457. `code` is for programs, `detail` for people; `errors` names the fields."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str
    code: str = Field(examples=["invalid"])
    errors: list[ProblemField]


class NamedOut(Schema):
    id: str = Field(examples=["col_2vXh6WkT0qLr9ZbYc3NdPe"])
    name: str = Field(examples=["flights"])


class FileOut(Schema):
    """One file of a result."""

    name: str = Field(examples=["data.csv"])
    kind: str = Field(description="`data` or `manifest`.", examples=["data"])
    content_type: str = Field(examples=["text/csv"])
    rows: int | None = Field(description="Null for what holds no documents.")
    bytes: int
    sha256: str = Field(description="Of the very bytes that a download yields, in hexadecimal.")
    url: str = Field(description="Where it is downloaded.")


class FailureOut(Schema):
    """Why an export failed."""

    code: str = Field(examples=["source_changed"])
    what: str = Field(description="What happened.")
    remedy: str = Field(description="What to do about it.")


class ExportOut(Schema):
    """One export: what was asked, how far it is, what came out."""

    id: str = Field(examples=["exp_5mB8sQxE1uJw7RtKf4HgVa"])
    label: str = Field(examples=["Late flights"])
    description: str
    collection: NamedOut
    format: Format
    paths: list[str]
    where: dict[str, Any] | None
    order_by: list[str]
    sample_size: int | None
    file_name: str
    timezone: str
    created_by: str = Field(description="The e-mail address of who asked.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None = Field(description="When its files are deleted.")
    state: State
    step: Step | None = Field(description="What it is doing while it runs.")
    attempts: int
    rows_done: int
    rows_total: int | None = Field(description="Null until it is known.")
    bytes_done: int
    rows_per_second: float | None = Field(description="Null before it has started.")
    eta_seconds: int | None = Field(description="Null unless it runs and its total is known.")
    percent: int | None = Field(description="0 to 100; 100 only when ready. Null: not known.")
    error: FailureOut | None
    files: list[FileOut] = Field(description="Empty until every file is complete.")


class ExportPage(Schema):
    items: list[ExportOut]
    next_cursor: str | None = Field(description="Null on the last page.")


class CollectionOut(Schema):
    """A set of documents that can be exported."""

    id: str = Field(examples=["col_2vXh6WkT0qLr9ZbYc3NdPe"])
    name: str = Field(examples=["flights"])
    description: str
    state: Collection.State
    key: str = Field(description="The property that is unique.", examples=["id"])
    documents: int | None
    schema_version: str
    created_at: datetime
    updated_at: datetime


class PropertyOut(Schema):
    """One node of a schema."""

    name: str
    path: str | None = Field(description="What `paths` and `where` call it; null: not by a path.")
    type: str = Field(examples=["struct"])
    sql: str = Field(description="The exact type, in DuckDB's words.", examples=["INTEGER"])
    optional: bool = Field(description="Left out unless asked for.")
    role: str | None = Field(description="`vector`, `file` or `reference`.")
    target: str | None = Field(description="The id of the collection that a reference points to.")
    children: list[PropertyOut] = Field(
        description="A struct's fields, a list's element, a map's key and value."
    )


class CollectionFull(CollectionOut):
    properties: list[PropertyOut]


class CollectionList(Schema):
    items: list[CollectionOut]
