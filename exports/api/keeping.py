"""Results that stay longer, over REST: keep, hold, release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.bodies import body_as, body_described
from exports.api.export_schemas import ExportOut, KeepIn, ReasonIn
from exports.api.shapes import export_out
from exports.domain.clock import database_now
from exports.domain.keeping import export_hold, export_keep, export_release
from exports.models import Scope

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import Export

router = Router(tags=["exports"])


@router.post(
    "/{uid}/keep",
    response=ExportOut,
    operation_id="export_keep",
    url_name="keep",
    summary="Keep an export longer",
    openapi_extra=body_described(KeepIn),
)
def keep(request: ApiRequest, uid: str) -> ExportOut:
    """Its files expire later than they would; 409 when there are none any more. By admins."""
    caller, export = _for_admins(request, uid)
    body = body_as(KeepIn, request)
    return export_out(
        export_keep(caller, export, until=body.until, reason=body.reason), database_now()
    )


@router.post(
    "/{uid}/hold",
    response=ExportOut,
    operation_id="export_hold",
    url_name="hold",
    summary="Hold an export",
    openapi_extra=body_described(ReasonIn),
)
def hold(request: ApiRequest, uid: str) -> ExportOut:
    """Until it is released it neither expires nor can be deleted. By admins."""
    caller, export = _for_admins(request, uid)
    body = body_as(ReasonIn, request)
    return export_out(export_hold(caller, export, reason=body.reason), database_now())


@router.post(
    "/{uid}/release",
    response=ExportOut,
    operation_id="export_release",
    url_name="release",
    summary="End a hold",
    openapi_extra=body_described(ReasonIn),
)
def release(request: ApiRequest, uid: str) -> ExportOut:
    """When its time is past already, it expires at once. By admins."""
    caller, export = _for_admins(request, uid)
    body = body_as(ReasonIn, request)
    return export_out(export_release(caller, export, reason=body.reason), database_now())


def _for_admins(request: ApiRequest, uid: str) -> tuple[Caller, Export]:
    """Who asks and about what; nobody else learns what is wrong with his body."""
    caller = request.auth
    export = caller.export(uid)
    caller.require(Scope.ADMIN)
    return caller, export
