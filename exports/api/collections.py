"""Collections over REST: what can be exported, and how it comes to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.bodies import body_as, body_described
from exports.api.collection_schemas import (
    CollectionChange,
    CollectionFull,
    CollectionIn,
    CollectionList,
)
from exports.api.errors import WrongType
from exports.api.shapes import collection_full, collection_out
from exports.api.uploading import MULTIPART, fields_read, upload_described
from exports.domain.changing import collection_change, collection_delete, collection_refresh
from exports.domain.collections import collection_create
from exports.domain.uploads import upload_taken
from exports.models import Scope

if TYPE_CHECKING:
    from exports.api.collection_schemas import MarkIn
    from exports.models import Collection

router = Router(tags=["collections"])


def _create_described() -> dict[str, Any]:
    described = body_described(CollectionIn)
    location = {"Location": {"description": "The collection.", "schema": {"type": "string"}}}
    described["responses"] = {202: {"headers": location}}
    content = described["requestBody"]["content"]
    content[MULTIPART] = {"schema": upload_described()}
    return described


@router.get(
    "",
    response=CollectionList,
    operation_id="collection_list",
    url_name="collections",
    summary="List collections",
)
def listing(request: ApiRequest) -> CollectionList:
    """In the order of their names, all at once: this list has no pages."""
    request.auth.require(Scope.EXPORTS_READ)
    found = request.auth.collections.defer("source", "schema_tree").order_by("name")
    return CollectionList(items=[collection_out(each, request.auth) for each in found])


@router.post(
    "",
    response={202: CollectionFull},
    operation_id="collection_create",
    url_name="collections",
    summary="Create a collection",
    openapi_extra=_create_described(),
)
def create(request: ApiRequest, response: HttpResponse) -> CollectionFull:
    """Of files that lie where the service may read them, as JSON; or of files that come with it,
    as multipart/form-data, by an API key.

    It is `preparing` until its files have been read, then `ready`, or an `error` that says why.
    """
    request.auth.require(Scope.COLLECTIONS_WRITE)
    made = _uploaded(request) if request.content_type == MULTIPART else _named(request)
    response["Location"] = reverse("api:collection", args=[made.uid])
    return collection_full(made, request.auth)


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
    return collection_full(request.auth.collection(reference), request.auth)


@router.patch(
    "/{reference}",
    response=CollectionFull,
    operation_id="collection_change",
    url_name="collection",
    summary="Change a collection",
    openapi_extra=body_described(CollectionChange),
)
def change(request: ApiRequest, reference: str) -> CollectionFull:
    """A new key, and vectors, have to be found true first: `refreshing` says that they are looked
    at. If they are not, nothing has changed, and `error` says why.

    Exports that wait were accepted for the fields as they were, and end with `schema_changed`.
    """
    request.auth.require(Scope.COLLECTIONS_WRITE)
    found = request.auth.collection(reference)
    body = body_as(CollectionChange, request)
    fields = {name: getattr(body, name) for name in body.model_fields_set - {"marks"}}
    marks = _marks(body.marks) if body.marks is not None else None
    changed = collection_change(request.auth, found, marks=marks, **fields)
    return collection_full(changed, request.auth)


@router.post(
    "/{reference}/refresh",
    response={202: CollectionFull},
    operation_id="collection_refresh",
    url_name="collection_refresh",
    summary="Read its files anew",
)
def refresh(request: ApiRequest, reference: str) -> CollectionFull:
    """Its fields, its count, and whether its key still names each document. Marks that still fit
    stay; `marks_lost` names the others.
    """
    request.auth.require(Scope.COLLECTIONS_WRITE)
    found = request.auth.collection(reference)
    return collection_full(collection_refresh(request.auth, found), request.auth)


@router.delete(
    "/{reference}",
    response={204: None},
    operation_id="collection_delete",
    url_name="collection",
    summary="Delete a collection",
)
def delete(request: ApiRequest, reference: str) -> None:
    """What was uploaded is removed. Exports that were made of it stay; its name is free."""
    request.auth.require(Scope.COLLECTIONS_WRITE)
    collection_delete(request.auth, request.auth.collection(reference))


def _named(request: ApiRequest) -> Collection:
    body = body_as(CollectionIn, request)
    fields = {**dict(body), "marks": _marks(body.marks)}
    return collection_create(request.auth, **fields)


def _uploaded(request: ApiRequest) -> Collection:
    if request.auth.key is None:
        raise WrongType("Send files with an API key, or use the page. A session may send JSON.")
    with upload_taken(request) as upload:
        body = fields_read(request)
        fields = {**dict(body), "marks": _marks(body.marks)}
        return collection_create(request.auth, upload=upload, **fields)


def _marks(marks: dict[str, MarkIn]) -> dict[str, dict[str, Any]]:
    """Only what was sent: what is left out stays, null takes a role away."""
    return {path: each.model_dump(exclude_unset=True) for path, each in marks.items()}
