"""What exports, their files and what follows their end look like over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field
from pydantic import AwareDatetime, BaseModel

from exports.api.schemas import Body, NamedOut, choice_of
from exports.models import Delivery, Format, ScriptRun, State, Step


class FileOut(BaseModel):
    """One file of a result."""

    name: str = Field(examples=["data.csv"])
    kind: str = Field(
        description="`data`, `vectors`, `files`, `archive`, `errors`, `manifest` or `signature`.",
        examples=["data"],
    )
    content_type: str = Field(examples=["text/csv"])
    rows: int | None = Field(description="Null for what holds no documents.")
    bytes: int
    sha256: str = Field(description="Of the very bytes that a download yields, in hexadecimal.")
    url: str = Field(description="Where it is downloaded.")


class LinkOut(BaseModel):
    """A link to one file. Whoever has it can download it: pass it on with care."""

    url: str = Field(examples=["https://waybill.example.org/api/v1/exports/exp_…/files/data.csv"])
    expires_at: datetime


class FailureOut(BaseModel):
    """Why an export failed."""

    code: str = Field(examples=["source_changed"])
    what: str = Field(description="What happened.")
    remedy: str = Field(description="What to do about it.")
    detail: str = Field(description="Where exactly, as a file and a line; empty if nowhere.")


class NoticeOut(BaseModel):
    """Somebody who is told: by webhook, or by e-mail."""

    webhook: str = ""
    email: str = ""
    on: list[str] = Field(examples=[["ready", "error"]])


class ExportOut(BaseModel):
    """One export: what was asked, how far it is, what came out."""

    id: str = Field(examples=["exp_5mB8sQxE1uJw7RtKf4HgVa"])
    label: str = Field(examples=["Late flights"])
    description: str
    collection: NamedOut
    format: Format
    paths: list[str]
    include: list[str]
    expand: list[str]
    where: dict[str, Any] | None
    order_by: list[str]
    prefix: str
    principal: NamedOut | None = Field(description="As whom it runs; null: nobody restricts it.")
    sample_size: int | None
    sample_method: str = Field(examples=["first"])
    sample_seed: int | None = Field(description="Null unless the sample is random.")
    include_vectors: bool
    export_files: bool
    zip_files: bool
    archive: str = Field(examples=["none"])
    compression: str | None = Field(description="Null: the format's own.", examples=["gzip"])
    csv: dict[str, Any] = Field(description="The options of CSV that are not the usual ones.")
    file_name: str
    timezone: str
    notify: list[NoticeOut] = Field(description="Who is told when it has ended.")
    after_script: str = Field(description="The JavaScript that is run when it has ended.")
    created_by: str = Field(description="The e-mail address of who asked.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None = Field(description="When its files are deleted, unless held.")
    hold_reason: str = Field(description="Why it is kept beyond its time; empty: it is not held.")
    retry_of: str | None = Field(description="The id of the export whose request this repeats.")
    template: str | None = Field(description="The id of the template that it was made of.")
    state: State
    step: Step | None = Field(description="What it is doing while it runs.")
    attempts: int
    queue_place: int | None = Field(
        description="How many of its workspace start before it. Null unless it is `pending`."
    )
    waits_until: datetime | None = Field(
        description="An attempt was lost: the next one begins at this time, not before."
    )
    rows_done: int
    rows_total: int | None = Field(description="Null until it is known.")
    bytes_done: int
    rows_per_second: float | None = Field(description="Null before it has started.")
    eta_seconds: int | None = Field(description="Null unless it runs and its total is known.")
    percent: int | None = Field(description="0 to 100; 100 only when ready. Null: not known.")
    error: FailureOut | None
    notices: dict[str, int] = Field(
        description="How often something was written otherwise than asked, by its code.",
        examples=[{"reference_to_nothing": 3}],
    )
    files: list[FileOut] = Field(description="Empty until every file is complete.")


class KeepIn(Body):
    """Until when files are kept, and why."""

    until: AwareDatetime = Field(
        strict=False, description="Later than now planned, within a year; with its offset."
    )
    reason: str = Field(description="For the history.", max_length=500)


class ReasonIn(Body):
    reason: str = Field(description="For the history.", max_length=500)


class DeliveryOut(BaseModel):
    """A message about the end of an export, to one address."""

    id: str = Field(
        description="A webhook carries it as `Webhook-Id`.", examples=["dlv_6kTn3wQz8rLc5vBx1mHsYp"]
    )
    channel: Annotated[Delivery.Channel, choice_of(Delivery.Channel)]
    target: str = Field(examples=["https://hooks.example.org/waybill"])
    state: Annotated[Delivery.State, choice_of(Delivery.State)]
    tries: int
    status: int | None = Field(description="What the other side answered last.", examples=[200])
    outcome: str = Field(description="What came of the last try, in words.")
    next_at: datetime | None = Field(description="Not before this time is it tried again.")
    created_at: datetime
    ended_at: datetime | None


class ScriptRunOut(BaseModel):
    """What the script of an export did."""

    outcome: Annotated[ScriptRun.Outcome, choice_of(ScriptRun.Outcome)]
    output: str = Field(description="What it logged, and how it failed.")
    started_at: datetime | None
    ended_at: datetime | None


class DeliveryList(BaseModel):
    items: list[DeliveryOut]
    script: ScriptRunOut | None = Field(description="Null without one, and before the end.")


class ExportPage(BaseModel):
    items: list[ExportOut]
    next_cursor: str | None = Field(description="Null on the last page.")


class ColumnOut(BaseModel):
    """A column of a result."""

    path: str = Field(examples=["departure.delay_minutes"])
    type: str = Field(examples=["integer"])
    written: str = Field(
        description="How the format writes it, in words.", examples=["number, exact"]
    )


class PreviewOut(BaseModel):
    """What an export would bring."""

    columns: list[ColumnOut] = Field(description="Those of the data file, in its format.")
    rows: list[dict[str, Any]] = Field(description="The first ones, as `jsonl` has them.")
    count: int = Field(description="How many rows there are.")
    exact: bool = Field(description="False: counting took too long; there are at least so many.")
    bytes: int | None = Field(description="How large the data file may be. Null: not known.")
    notices: dict[str, int] = Field(
        description="What is written otherwise in these rows than it lies there, by reason."
    )


class DocumentPage(BaseModel):
    """Some documents of a collection."""

    items: list[dict[str, Any]] = Field(description="As `jsonl` has them.")
    count: int = Field(description="How many match.")
    exact: bool = Field(description="False: counting took too long; there are at least so many.")
    next_offset: int | None = Field(description="Null on the last page.")
