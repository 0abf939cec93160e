"""The collections of a workspace, and the fields of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from exports.models import Format, Right, Scope
from exports.web.fields import Outline, names_of
from exports.web.loaders import PageRequest, get_caller, get_collection, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from exports.domain.access import Caller
    from exports.models import Collection


@require_GET
@signed_in
def collections(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    found = list(caller.collections.order_by("name"))
    exportable = set(_exportable(caller).values_list("pk", flat=True))
    return page(request, caller, "collections/list.html", collections=found, exportable=exportable)


@require_GET
@signed_in
def collection(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """Its fields; where it lies is shown to administrators only."""
    caller, found = get_collection(request, namespace, name)
    source = found.source
    return page(
        request,
        caller,
        "collections/one.html",
        collection=found,
        outline=Outline.of(found.schema, names_of(caller.collections)),
        kind=Format(source["kind"]).label,
        files=len(source["files"]),
        locations=source["files"] if caller.may(Scope.ADMIN) else [],
        file_root=source.get("file_root", "") if caller.may(Scope.ADMIN) else "",
        exportable=_exportable(caller).filter(pk=found.pk).exists(),
        previewable=_previewable(caller).filter(pk=found.pk).exists(),
        bound_to=caller.bound_to,
        recent=list(
            caller.exports.filter(collection=found).select_related("created_by").order_by("-pk")[:5]
        ),
    )


def _exportable(caller: Caller) -> QuerySet[Collection]:
    found = caller.collections_with(Right.EXPORT)
    return found if caller.may(Scope.EXPORTS_WRITE) else found.none()


def _previewable(caller: Caller) -> QuerySet[Collection]:
    found = caller.collections_with(Right.PREVIEW)
    return found if caller.may(Scope.DOWNLOADS_READ) else found.none()
