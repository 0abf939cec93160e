"""Principals over REST: the identities that exports can run as."""

from __future__ import annotations

from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.bodies import body_as, body_described
from exports.api.people_schemas import PrincipalChange, PrincipalIn, PrincipalList, PrincipalOut
from exports.api.shapes import principal_out
from exports.domain.principals import principal_change, principal_create, principal_delete
from exports.models import Scope

router = Router(tags=["principals"])


@router.get(
    "",
    response=PrincipalList,
    operation_id="principal_list",
    url_name="principals",
    summary="List principals",
)
def listing(request: ApiRequest) -> PrincipalList:
    """In the order of their names."""
    return PrincipalList(items=[principal_out(each) for each in request.auth.principals])


@router.post(
    "",
    response={201: PrincipalOut},
    operation_id="principal_create",
    url_name="principals",
    summary="Create a principal",
    openapi_extra=body_described(PrincipalIn),
)
def create(request: ApiRequest) -> PrincipalOut:
    """From now on exports can run as it."""
    caller = request.auth
    caller.require(Scope.ADMIN)
    body = body_as(PrincipalIn, request)
    return principal_out(
        principal_create(namespace=caller.namespace, actor=caller.actor, **body.model_dump())
    )


@router.get(
    "/{reference}",
    response=PrincipalOut,
    operation_id="principal_get",
    url_name="principal",
    summary="Look at one principal",
)
def one(request: ApiRequest, reference: str) -> PrincipalOut:
    """By its id or its name."""
    return principal_out(request.auth.principal(reference))


@router.patch(
    "/{reference}",
    response=PrincipalOut,
    operation_id="principal_change",
    url_name="principal",
    summary="Change a principal",
    openapi_extra=body_described(PrincipalChange),
)
def change(request: ApiRequest, reference: str) -> PrincipalOut:
    """Exports that wait run with what it is when their turn comes."""
    found = request.auth.principal(reference)
    body = body_as(PrincipalChange, request)
    return principal_out(principal_change(found, actor=request.auth.actor, **body.model_dump()))


@router.delete(
    "/{reference}",
    response={204: None},
    operation_id="principal_delete",
    url_name="principal",
    summary="Delete a principal",
)
def delete(request: ApiRequest, reference: str) -> None:
    """Exports that wait for their turn as it fail. 409 while a member or a key is bound to it."""
    principal_delete(request.auth.principal(reference), actor=request.auth.actor)
