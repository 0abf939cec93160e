"""Collections over REST: what can be exported."""

from __future__ import annotations

from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.schemas import CollectionFull, CollectionList
from exports.api.shapes import collection_full, collection_out
from exports.models import Scope

router = Router(tags=["collections"])


@router.get(
    "",
    response=CollectionList,
    operation_id="collection_list",
    url_name="collections",
    summary="List collections",
)
def listing(request: ApiRequest) -> CollectionList:
    """In the order of their names."""
    request.auth.require(Scope.EXPORTS_READ)
    found = request.auth.collections.defer("source", "schema_tree").order_by("name")
    return CollectionList(items=[collection_out(each) for each in found])


@router.get(
    "/{reference}",
    response=CollectionFull,
    operation_id="collection_get",
    url_name="collection",
    summary="Look at one collection",
)
def one(request: ApiRequest, reference: str) -> CollectionFull:
    """By its id or its name, with every property of its documents."""
    request.auth.require(Scope.EXPORTS_READ)
    found = request.auth.collection(reference)
    return collection_full(found, set(request.auth.collections.values_list("uid", flat=True)))
