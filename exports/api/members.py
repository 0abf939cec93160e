"""Members over REST: who may do what in the workspace."""

from __future__ import annotations

from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.bodies import body_as, body_described
from exports.api.people_schemas import MemberChange, MemberIn, MemberList, MemberOut
from exports.api.shapes import member_out
from exports.domain.members import member_change, member_join, member_remove
from exports.models import Scope

router = Router(tags=["members"])


@router.get(
    "", response=MemberList, operation_id="member_list", url_name="members", summary="List members"
)
def listing(request: ApiRequest) -> MemberList:
    """In the order of their addresses."""
    return MemberList(items=[member_out(each) for each in request.auth.members])


@router.post(
    "",
    response={201: MemberOut},
    operation_id="member_add",
    url_name="members",
    summary="Add a member",
    openapi_extra=body_described(MemberIn),
)
def add(request: ApiRequest) -> MemberOut:
    """Somebody who has an account already. 409 when he is a member."""
    caller = request.auth
    caller.require(Scope.ADMIN)
    body = body_as(MemberIn, request)
    made = member_join(
        namespace=caller.namespace,
        email=body.email,
        role=body.role,
        principal=body.principal,
        rights=body.collections,
        actor=caller.actor,
    )
    return member_out(made)


@router.get(
    "/{uid}",
    response=MemberOut,
    operation_id="member_get",
    url_name="member",
    summary="Look at one member",
)
def one(request: ApiRequest, uid: str) -> MemberOut:
    """His role, as whom he runs, and his rights."""
    return member_out(request.auth.member(uid))


@router.patch(
    "/{uid}",
    response=MemberOut,
    operation_id="member_change",
    url_name="member",
    summary="Change a member",
    openapi_extra=body_described(MemberChange),
)
def change(request: ApiRequest, uid: str) -> MemberOut:
    """Holds at once, also for exports that wait and for results that are there already."""
    found = request.auth.member(uid)
    body = body_as(MemberChange, request)
    changed = member_change(
        found,
        role=body.role,
        principal=body.principal,
        rights=body.collections,
        actor=request.auth.actor,
    )
    return member_out(changed)


@router.delete(
    "/{uid}",
    response={204: None},
    operation_id="member_remove",
    url_name="member",
    summary="Remove a member",
)
def remove(request: ApiRequest, uid: str) -> None:
    """His keys open nothing any more; what he exported stays."""
    member_remove(request.auth.member(uid), actor=request.auth.actor)
