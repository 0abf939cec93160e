"""What follows the end of an export, over REST: messages, and the run of its script."""

from __future__ import annotations

from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.export_schemas import DeliveryList, DeliveryOut, ScriptRunOut
from exports.api.shapes import delivery_out, script_out
from exports.domain.deliveries import deliveries_of, delivery_retry
from exports.models import ScriptRun

router = Router(tags=["exports"])


@router.get(
    "/{uid}/deliveries",
    response=DeliveryList,
    operation_id="delivery_list",
    url_name="deliveries",
    summary="Look at what followed the end of an export",
)
def listing(request: ApiRequest, uid: str) -> DeliveryList:
    """Every message with its tries, and what its script did. Empty before the end."""
    export = request.auth.export(uid)
    run = ScriptRun.objects.filter(export=export).first()
    script: ScriptRunOut | None = script_out(run) if run else None
    return DeliveryList(items=[delivery_out(each) for each in deliveries_of(export)], script=script)


@router.post(
    "/{uid}/deliveries/{delivery}/retry",
    response={202: DeliveryOut},
    operation_id="delivery_retry",
    url_name="delivery-retry",
    summary="Try again to deliver a message",
)
def retry(request: ApiRequest, uid: str, delivery: str) -> DeliveryOut:
    """The same message, at once, and with all its tries before it. 409 unless it failed."""
    caller = request.auth
    return delivery_out(delivery_retry(caller, caller.export(uid), delivery))
