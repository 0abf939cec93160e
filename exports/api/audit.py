"""The history over REST: a page at a time, or everything that matches as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from django.http import StreamingHttpResponse
from ninja import Field, Query, Router
from pydantic import BaseModel

from exports.api.auth import ApiRequest
from exports.api.filters import Moment, refuse_unknown
from exports.domain.actions import MEANT
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.history import EventFilter, events_page, events_told
from exports.domain.telling import history_jsonl

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

router = Router(tags=["audit"])

_NDJSON = "application/x-ndjson"
_EXTRA: dict[str, Any] = {
    "responses": {
        200: {
            "content": {
                _NDJSON: {
                    "schema": {"type": "string", "description": "An event a line, newest first."}
                }
            }
        }
    }
}


class AuditFilter(BaseModel):
    """Everything that is given must hold."""

    action: str = Field(
        "",
        description="An action, a family of them (`key`), or `downloads`.",
        examples=["export.downloaded"],
        json_schema_extra={"enum": ["", *MEANT]},
    )
    who: str = Field("", description="Stands in the name of who did it, whatever the case.")
    subject: str = Field("", description="The id of what it is about.")
    since: Moment | None = Field(None, description="Then or later. Without offset: UTC.")
    until: Moment | None = Field(None, description="Earlier than that.")
    limit: int = Field(100, ge=1, le=1_000, description="Of a page; a stream has no limit.")
    cursor: str = Field("", description="The `next_cursor` of the page before.")

    @property
    def wanted(self) -> EventFilter:
        return EventFilter(
            action=self.action,
            who=self.who,
            subject=self.subject,
            since=self.since,
            until=self.until,
        )


class EventOut(BaseModel):
    """One thing that happened."""

    at: str = Field(json_schema_extra={"format": "date-time"}, examples=["2026-03-31T10:30:00Z"])
    action: str = Field(examples=["export.downloaded"])
    actor: str = Field(
        description="Who did it: a person, a key of his, or Waybill itself.",
        examples=["ada@example.org (nightly)"],
    )
    actor_id: str = Field(description="The id of a key, or of whom else.", examples=["key_…"])
    address: str = Field(description="From where; empty if from nowhere.", examples=["192.0.2.7"])
    subject: str = Field(description="The id of what it is about.", examples=["exp_…"])
    detail: dict[str, Any] | None = Field(
        description="Particulars, which depend on the action. Null: they were erased.",
        examples=[{"file": "data.csv"}],
    )
    hash: str = Field(description="Covers the event, and the hash of the one before it.")


class EventPageOut(BaseModel):
    items: list[EventOut]
    next_cursor: str | None = Field(description="Null on the last page.")


@router.get(
    "",
    response=EventPageOut,
    operation_id="audit_list",
    url_name="audit",
    summary="Read the history",
    openapi_extra=_EXTRA,
)
def listing(
    request: ApiRequest, asked: Annotated[AuditFilter, Query()]
) -> EventPageOut | HttpResponseBase:
    """Newest first. With `Accept: application/x-ndjson` everything that matches, as a stream:
    that is itself an event.
    """
    refuse_unknown(request, AuditFilter)
    if _NDJSON in request.headers.get("Accept", ""):
        return _streamed(request, asked)
    found = events_page(request.auth, asked.wanted, limit=asked.limit, before=asked.cursor)
    items = [EventOut(**each) for each in events_told(found.events)]
    return EventPageOut(items=items, next_cursor=found.older or None)


def _streamed(request: ApiRequest, asked: AuditFilter) -> HttpResponseBase:
    if asked.cursor:
        message = "A stream brings everything that matches: leave the cursor out."
        raise InvalidRequest(FieldError("cursor", message))
    text = history_jsonl(request.auth, asked.wanted)
    response = StreamingHttpResponse(text, content_type=_NDJSON)
    response["Cache-Control"] = "no-store"
    return response
