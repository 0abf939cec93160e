"""How much room a workspace's results take up, over REST."""

from __future__ import annotations

from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.schemas import UsageOut
from exports.domain.quota import usage_of
from exports.models import Scope

router = Router(tags=["exports"])


@router.get(
    "",
    response=UsageOut,
    operation_id="usage_get",
    url_name="usage",
    summary="Look at the room that results take up",
)
def usage(request: ApiRequest) -> UsageOut:
    """That of the whole workspace, whoever made them."""
    caller = request.auth
    caller.require(Scope.EXPORTS_READ)
    found = usage_of(caller.namespace)
    return UsageOut(used_bytes=found.used, reserved_bytes=found.reserved, quota_bytes=found.quota)
