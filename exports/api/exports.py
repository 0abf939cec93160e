"""Exports over REST: create, list, look, cancel, delete."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Header, Query, Router, Status

from exports.api.auth import ApiRequest
from exports.api.bodies import body_read
from exports.api.etags import tagged
from exports.api.export_schemas import ExportOut, ExportPage
from exports.api.filters import ExportFilter, refuse_unknown
from exports.api.paging import page_of
from exports.api.shapes import export_out, exports_out
from exports.api.waiting import LONGEST, preferred_wait, wait_for_end
from exports.domain.clock import database_now
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.exports import (
    export_cancel,
    export_create,
    export_delete,
    export_retry,
)
from exports.domain.requests import is_storable, request_parse
from exports.models import Export

router = Router(tags=["exports"])

_POLL_AFTER = "2"  # seconds

_MADE: dict[str, Any] = {
    "Location": {"description": "The export.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true` when this answers an earlier request again.",
        "schema": {"type": "string"},
    },
}
# Of every call that makes an export.
ACCEPTED: dict[str, Any] = {
    "parameters": [
        {
            "name": "Prefer",
            "in": "header",
            "description": f"`wait=30` waits so many seconds, {LONGEST:.0f} at most, and answers "
            "200 if the export has ended by then. While too many wait, nobody else does.",
            "schema": {"type": "string"},
        }
    ],
    "responses": {200: {"headers": _MADE}, 202: {"headers": _MADE}},
}
# The body is read by hand, within its bounds, so its schema is told by hand.
_CREATE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExportRequest"}}},
    },
    **ACCEPTED,
}
_POLL = {
    "responses": {
        200: {
            "headers": {
                "Retry-After": {
                    "description": "While it waits or runs: look again in so many seconds.",
                    "schema": {"type": "string"},
                },
                "ETag": {
                    "description": "Send it as `If-None-Match`: 304 while nothing has changed.",
                    "schema": {"type": "string"},
                },
            }
        },
        304: {"description": "Nothing has changed since."},
    }
}

# Of what an export names, its id and its name are shown; the rest can be large.
_NAMED = {
    "collection": ("uid", "name"),
    "created_by": ("email",),
    "principal": ("uid", "name"),
    "retry_of": ("uid",),
    "template": ("uid",),
}
_NOT_SHOWN = {"frozen", "snapshot", "identities"}
_READ = (
    *(each.name for each in Export._meta.concrete_fields if each.name not in _NOT_SHOWN),
    *(f"{record}__{name}" for record, names in _NAMED.items() for name in names),
)

Repeatable = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="Your own id of this request: sent again, it makes no second export.",
        max_length=255,
    ),
]


@router.post(
    "",
    response={200: ExportOut, 202: ExportOut},
    operation_id="export_create",
    url_name="exports",
    summary="Create an export",
    openapi_extra=_CREATE,
)
def create(
    request: ApiRequest, response: HttpResponse, idempotency_key: Repeatable = ""
) -> Status[ExportOut]:
    """It is stored before the answer is sent, and runs when its turn comes."""
    check_repeatable(idempotency_key)
    asked = request_parse(body_read(request))
    export, replayed = export_create(request.auth, asked, idempotency_key=idempotency_key)
    return made(request, response, export, replayed=replayed)


def check_repeatable(idempotency_key: str) -> None:
    """:raises InvalidRequest: no database column holds it."""
    if not is_storable(idempotency_key):
        raise InvalidRequest(FieldError("Idempotency-Key", "Take out what is no text."))


def made(
    request: ApiRequest, response: HttpResponse, export: Export, *, replayed: bool = False
) -> Status[ExportOut]:
    """The answer to a call that made an export: once it has ended, if the caller waits for it."""
    response["Location"] = reverse("api:export", args=[export.uid])
    if replayed:
        response["Idempotent-Replayed"] = "true"
    seconds = preferred_wait(request)
    if seconds and wait_for_end(export, seconds):
        response["Preference-Applied"] = "wait"
        # Not looked for anew: the key may only write.
        export.refresh_from_db()
        return Status(200, export_out(export, database_now()))
    response["Retry-After"] = _POLL_AFTER
    return Status(202, export_out(export, database_now()))


@router.get(
    "", response=ExportPage, operation_id="export_list", url_name="exports", summary="List exports"
)
def listing(request: ApiRequest, wanted: Annotated[ExportFilter, Query()]) -> ExportPage:
    """Newest first, without those that were deleted."""
    refuse_unknown(request, ExportFilter)
    caller = request.auth
    exports = wanted.narrow(caller.exports).select_related(*_NAMED).only(*_READ)
    page, following = page_of(
        caller, exports.prefetch_related("files"), limit=wanted.limit, cursor=wanted.cursor
    )
    return ExportPage(items=exports_out(page, database_now()), next_cursor=following)


@router.get(
    "/{uid}",
    response=ExportOut,
    operation_id="export_get",
    url_name="export",
    summary="Look at one export",
    openapi_extra=_POLL,
)
def one(request: ApiRequest, uid: str) -> HttpResponse:
    """What was asked, how far it is, and its files once it is ready."""
    export = request.auth.export(uid)
    response = tagged(request, export_out(export, database_now()))
    if export.is_active:
        response["Retry-After"] = _POLL_AFTER
    return response


@router.post(
    "/{uid}/cancel",
    response=ExportOut,
    operation_id="export_cancel",
    url_name="cancel",
    summary="Cancel an export",
)
def cancel(request: ApiRequest, uid: str) -> ExportOut:
    """Final at once: nothing of it is published afterwards. 409 when it has ended already."""
    caller = request.auth
    return export_out(export_cancel(caller, caller.export(uid)), database_now())


@router.post(
    "/{uid}/retry",
    response={200: ExportOut, 202: ExportOut},
    operation_id="export_retry",
    url_name="retry",
    summary="Run an export again",
    openapi_extra=ACCEPTED,
)
def retry(request: ApiRequest, response: HttpResponse, uid: str) -> Status[ExportOut]:
    """A new export of the same request, checked as if it were asked for now. 409 before the end."""
    caller = request.auth
    return made(request, response, export_retry(caller, caller.export(uid)))


@router.delete(
    "/{uid}",
    response={204: None},
    operation_id="export_delete",
    url_name="export",
    summary="Delete an export",
)
def delete(request: ApiRequest, uid: str) -> None:
    """Cancels it if need be and deletes its files; 409 while it is held. Its line stays."""
    caller = request.auth
    export_delete(caller, caller.export(uid))
