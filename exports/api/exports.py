"""Exports over REST: create, list, look, cancel, delete."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Header, Query, Router

from exports.api.auth import ApiRequest
from exports.api.bodies import body_read
from exports.api.filters import ExportFilter, refuse_unknown
from exports.api.paging import page_of
from exports.api.schemas import ExportOut, ExportPage
from exports.api.shapes import export_out, exports_out
from exports.domain.clock import database_now
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.exports import (
    export_cancel,
    export_create,
    export_delete,
    export_retry,
)
from exports.domain.requests import is_storable, request_parse

router = Router(tags=["exports"])

_POLL_AFTER = "2"  # seconds

# The body is read by hand, within its bounds, so its schema is told by hand.
_CREATE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExportRequest"}}},
    },
    "responses": {
        202: {
            "headers": {
                "Location": {"description": "The export.", "schema": {"type": "string"}},
                "Idempotent-Replayed": {
                    "description": "`true` when this answers an earlier request again.",
                    "schema": {"type": "string"},
                },
            }
        }
    },
}
_POLL = {
    "responses": {
        200: {
            "headers": {
                "Retry-After": {
                    "description": "While it waits or runs: look again in so many seconds.",
                    "schema": {"type": "string"},
                }
            }
        }
    }
}


@router.post(
    "",
    response={202: ExportOut},
    operation_id="export_create",
    url_name="exports",
    summary="Create an export",
    openapi_extra=_CREATE,
)
def create(
    request: ApiRequest,
    response: HttpResponse,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            description="Your own id of this request: sent again, it makes no second export.",
            max_length=255,
        ),
    ] = "",
) -> ExportOut:
    """It is stored before the answer is sent, and runs when its turn comes."""
    if not is_storable(idempotency_key):
        raise InvalidRequest(FieldError("Idempotency-Key", "Take out what is no text."))
    asked = request_parse(body_read(request))
    export, replayed = export_create(request.auth, asked, idempotency_key=idempotency_key)
    response["Location"] = reverse("api:export", args=[export.uid])
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return export_out(export, database_now())


@router.get(
    "", response=ExportPage, operation_id="export_list", url_name="exports", summary="List exports"
)
def listing(request: ApiRequest, wanted: Annotated[ExportFilter, Query()]) -> ExportPage:
    """Newest first, without those that were deleted."""
    refuse_unknown(request, ExportFilter)
    caller = request.auth
    exports = wanted.narrow(caller.exports).select_related(
        "collection", "created_by", "principal", "retry_of"
    )
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
def one(request: ApiRequest, response: HttpResponse, uid: str) -> ExportOut:
    """What was asked, how far it is, and its files once it is ready."""
    export = request.auth.export(uid)
    if export.is_active:
        response["Retry-After"] = _POLL_AFTER
    return export_out(export, database_now())


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
    response={202: ExportOut},
    operation_id="export_retry",
    url_name="retry",
    summary="Run an export again",
)
def retry(request: ApiRequest, response: HttpResponse, uid: str) -> ExportOut:
    """A new export of the same request, checked as if it were asked for now. 409 before the end."""
    caller = request.auth
    made = export_retry(caller, caller.export(uid))
    response["Location"] = reverse("api:export", args=[made.uid])
    return export_out(made, database_now())


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
