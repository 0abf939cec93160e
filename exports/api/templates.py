"""Templates over REST: requests under a name, and exports made of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from ninja import Router, Status

from exports.api.auth import ApiRequest
from exports.api.bodies import body_as, body_described
from exports.api.export_schemas import ExportOut
from exports.api.exports import ACCEPTED, Repeatable, check_repeatable, made
from exports.api.schemas import TemplateChange, TemplateIn, TemplateList, TemplateOut
from exports.api.shapes import template_out
from exports.domain.templates import (
    template_change,
    template_create,
    template_delete,
    template_run,
)
from exports.models import Scope

router = Router(tags=["templates"])


@router.get(
    "",
    response=TemplateList,
    operation_id="template_list",
    url_name="templates",
    summary="List templates",
)
def listing(request: ApiRequest) -> TemplateList:
    """In the order of their names: those of the collections that you may see."""
    return TemplateList(items=[template_out(each) for each in request.auth.templates])


@router.post(
    "",
    response={201: TemplateOut},
    operation_id="template_create",
    url_name="templates",
    summary="Save a template",
    openapi_extra=body_described(TemplateIn),
)
def create(request: ApiRequest, response: HttpResponse) -> TemplateOut:
    """The request is checked as if it were sent now; nothing is run."""
    request.auth.require(Scope.EXPORTS_WRITE)
    body = body_as(TemplateIn, request)
    saved = template_create(request.auth, **body.model_dump())
    response["Location"] = reverse("api:template", args=[saved.uid])
    return template_out(saved)


@router.get(
    "/{uid}",
    response=TemplateOut,
    operation_id="template_get",
    url_name="template",
    summary="Look at one template",
)
def one(request: ApiRequest, uid: str) -> TemplateOut:
    """What it asks for, under the names that collection and principal have now."""
    return template_out(request.auth.template(uid))


@router.patch(
    "/{uid}",
    response=TemplateOut,
    operation_id="template_change",
    url_name="template",
    summary="Change a template",
    openapi_extra=body_described(TemplateChange),
)
def change(request: ApiRequest, uid: str) -> TemplateOut:
    """Exports that it made stay as they were asked for."""
    request.auth.require(Scope.EXPORTS_WRITE)
    found = request.auth.template(uid)
    body = body_as(TemplateChange, request)
    return template_out(template_change(request.auth, found, **body.model_dump()))


@router.delete(
    "/{uid}",
    response={204: None},
    operation_id="template_delete",
    url_name="template",
    summary="Delete a template",
)
def delete(request: ApiRequest, uid: str) -> None:
    """What it made stays."""
    template_delete(request.auth, request.auth.template(uid))


@router.post(
    "/{uid}/run",
    response={200: ExportOut, 202: ExportOut},
    operation_id="template_run",
    url_name="template_run",
    summary="Create an export of a template",
    openapi_extra=ACCEPTED,
)
def run(
    request: ApiRequest, response: HttpResponse, uid: str, idempotency_key: Repeatable = ""
) -> Status[ExportOut]:
    """Checked as if its request were sent now. Needs no body."""
    check_repeatable(idempotency_key)
    caller = request.auth
    export, replayed = template_run(caller, caller.template(uid), idempotency_key=idempotency_key)
    return made(request, response, export, replayed=replayed)
