"""The collections of a workspace, and the fields of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from exports.domain.preparing import error_told
from exports.models import CollectionRight, Format, Right, Scope
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
    return page(
        request,
        caller,
        "collections/list.html",
        collections=found,
        exportable=exportable,
        writes=caller.may(Scope.COLLECTIONS_WRITE),
    )


@require_GET
@signed_in
def collection(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """Its fields; where it lies is shown to administrators only.

    For htmx, as long as its files are read, how that stands; then the whole page.
    """
    caller, found = get_collection(request, namespace, name)
    if request.htmx:
        if not found.is_moving:
            return HttpResponseClientRefresh()
        return page(request, caller, "collections/one.html#moving", collection=found)
    return page(request, caller, "collections/one.html", collection=found, **_around(caller, found))


def _around(caller: Caller, found: Collection) -> dict[str, Any]:
    writes = caller.may(Scope.COLLECTIONS_WRITE)
    return {
        "outline": Outline.of(found.schema, names_of(caller.collections)),
        "kind": Format(found.source["kind"]).label,
        "files": len(found.source["files"]),
        "writes": writes,
        "error": error_told(found, writes=writes),
        "locations": _locations(found) if writes else [],
        "file_root": found.source.get("file_root", "") if writes else "",
        "rights": _rights(found) if writes else [],
        "exportable": _exportable(caller).filter(pk=found.pk).exists(),
        "previewable": _previewable(caller).filter(pk=found.pk).exists(),
        "bound_to": caller.bound_to,
        "recent": list(
            caller.exports.filter(collection=found).select_related("created_by").order_by("-pk")[:5]
        ),
    }


def _locations(found: Collection) -> list[str]:
    """The names of what was uploaded; else where the files lie."""
    return list(found.locations if found.uploaded else found.source["files"])[:20]


def _rights(found: Collection) -> list[CollectionRight]:
    """What exporters may do with it."""
    rights = CollectionRight.objects.filter(collection=found)
    return list(rights.select_related("membership__user").order_by("membership__user__email"))


def _exportable(caller: Caller) -> QuerySet[Collection]:
    found = caller.collections_with(Right.EXPORT)
    return found if caller.may(Scope.EXPORTS_WRITE) else found.none()


def _previewable(caller: Caller) -> QuerySet[Collection]:
    found = caller.collections_with(Right.PREVIEW)
    return found if caller.may(Scope.DOWNLOADS_READ) else found.none()
