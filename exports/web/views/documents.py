"""The documents of a collection, and the pictures that they name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.documents import (
    REACH,
    document_picture,
    documents_alike,
    documents_look,
    where_keys,
)
from exports.domain.errors import Conflict, InvalidRequest, NotFound, NotReady
from exports.domain.previews import PreviewBusy, PreviewFailed, PreviewTooMuch
from exports.domain.principals import PrincipalInvalid
from exports.models import Right, Scope
from exports.web.documents import ADDRESS, Cards, create_address, vector_paths
from exports.web.loaders import PageRequest, get_collection, get_text, signed_in
from exports.web.looking import Looking
from exports.web.render import page

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.engine.preview import Preview
    from exports.models import Collection


@dataclass(slots=True)
class _Seen:
    """What was found, or why nothing was: beside a field, or as a whole."""

    shown: Preview | None = None
    where_errors: list[str] = field(default_factory=list)
    principal_errors: list[str] = field(default_factory=list)
    problem: str = ""


@require_http_methods(["GET", "POST"])
@signed_in
def documents(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """A page of them; what was ticked on it goes on to a new export."""
    caller, collection = get_collection(request, namespace, name)
    looking = Looking.of(request)
    if request.method == "GET":
        return _page(request, caller, collection, looking)
    ticked = request.POST.getlist("key")[:REACH]
    if not ticked:
        return _page(request, caller, collection, looking, pick_error="Tick a document first.")
    where = where_keys(collection.schema, ticked)
    address = create_address(caller.namespace, collection, where, looking.principal)
    if len(address) <= ADDRESS:
        return redirect(address)
    return _page(
        request,
        caller,
        collection,
        looking,
        ticked=frozenset(ticked),
        pick_error="The keys of so many documents are too long to be handed on. Tick fewer, "
        "or filter for what these have in common and export all that match.",
    )


@require_GET
@signed_in
def picture(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """One picture, as what its bytes say that it is, and as nothing else."""
    caller, collection = get_collection(request, namespace, name)
    at = get_text(request, "at")
    try:
        found = document_picture(
            caller,
            collection.uid,
            key=get_text(request, "key"),
            path=get_text(request, "path"),
            at=int(at) if at.isascii() and at.isdigit() and len(at) < 6 else 0,
            principal=get_text(request, "principal"),
        )
    except InvalidRequest:
        raise NotFound("picture") from None
    response = HttpResponse(found.data, content_type=found.type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = "inline"
    return response


def _page(
    request: PageRequest,
    caller: Caller,
    collection: Collection,
    looking: Looking,
    *,
    ticked: frozenset[str] = frozenset(),
    pick_error: str = "",
) -> HttpResponse:
    seen = _look(caller, collection, looking)
    exportable = caller.collections_with(Right.EXPORT).filter(pk=collection.pk).exists()
    cards = Cards(
        namespace=caller.namespace,
        collection=collection,
        principal=looking.principal,
        exportable=exportable,
        few=_few(caller, collection),
        # Near ones are there to be taken together.
        ticked=None if looking.like and not ticked and not pick_error else ticked,
    )
    free = caller.may(Scope.ADMIN)
    return page(
        request,
        caller,
        "documents/list.html",
        here="collections",
        collection=collection,
        looking=looking,
        seen=seen,
        cards=cards.of(seen.shown.lines) if seen.shown else [],
        first=looking.offset + 1,
        last=looking.offset + (len(seen.shown.lines) if seen.shown else 0),
        after=looking.after(seen.shown) if seen.shown and not looking.like else "",
        reach=REACH,
        exportable=exportable,
        export_all=create_address(caller.namespace, collection, looking.where, looking.principal),
        pick_error=pick_error,
        vectors=vector_paths(collection),
        bound_to=caller.bound_to,
        principals=caller.principals.filter(disabled_at=None) if free else [],
    )


def _look(caller: Caller, collection: Collection, looking: Looking) -> _Seen:
    seen = _Seen()
    try:
        if looking.like:
            seen.shown = documents_alike(
                caller,
                collection.uid,
                key=looking.like,
                path=looking.by,
                principal=looking.principal,
                limit=looking.size,
            ).shown
        else:
            seen.shown = documents_look(
                caller,
                collection.uid,
                where=looking.where,
                principal=looking.principal,
                skip=looking.offset,
            )
    except InvalidRequest as refusal:
        for each in refusal.errors:
            is_whose = each.path.startswith("principal")
            (seen.principal_errors if is_whose else seen.where_errors).append(each.message)
    except PrincipalInvalid as error:
        seen.principal_errors.append(error.message)
    except NotFound as error:
        if looking.like:
            raise
        seen.principal_errors.append(error.message)
    except (Conflict, NotReady, PreviewBusy, PreviewFailed, PreviewTooMuch) as error:
        seen.problem = error.message
    return seen


def _few(caller: Caller, collection: Collection) -> frozenset[str]:
    """The paths of few different values, as far as that was counted and he may know it."""
    if caller.bound_to:
        return frozenset()
    found = (collection.statistics or {}).get("found") or {"properties": []}
    return frozenset(
        each["path"]
        for each in found["properties"]
        if each["distinct"] and each["distinct"] * 2 <= each["values"] and each["distinct"] <= 1_000
    )
