"""What somebody asks for, as far as he may: the collection, the principal, and the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.domain.errors import NotReady
from exports.domain.plans import request_plan
from exports.domain.principals import principal_for
from exports.models import Collection

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.domain.requests import ExportRequest
    from exports.engine.plan import Plan
    from exports.models import Principal, Right


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was found in order; nothing was read for it.

    :ivar principal: as whom it runs; None when nobody restricts it.
    """

    collection: Collection
    principal: Principal | None
    plan: Plan


def asked_for(caller: Caller, request: ExportRequest, right: Right) -> Asked:
    """A request of the caller, to do with all that it reads what the right says.

    :raises NotFound: the collection or the principal is not there, or not his to see.
    :raises Forbidden: he lacks the right on the collection, or asks for another principal.
    :raises NotReady: the collection is being prepared, or broken.
    :raises InvalidRequest: names every field that does not fit.
    """
    collection = caller.collection(request.collection_named, right)
    if collection.state != Collection.State.READY:
        state = collection.get_state_display().lower()
        raise NotReady(f"The collection {collection.name!r} cannot be {right}ed: it is {state}.")
    principal = principal_for(caller, request.principal)
    allowed = caller.collections_with(right)
    return Asked(
        collection,
        principal,
        request_plan(request, collection, allowed=allowed, principal=principal),
    )
