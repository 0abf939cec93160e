"""The collections of a workspace, and the fields of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from exports.models import Scope
from exports.web.fields import Outline, targets_of
from exports.web.loaders import PageRequest, get_caller, get_collection, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_GET
@signed_in
def collections(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    found = list(caller.collections.order_by("name"))
    return page(request, caller, "collections/list.html", collections=found)


@require_GET
@signed_in
def collection(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """Its fields; where it lies is shown to administrators only."""
    caller, found = get_collection(request, namespace, name)
    locations = found.source["files"] if caller.may(Scope.ADMIN) else []
    return page(
        request,
        caller,
        "collections/one.html",
        collection=found,
        outline=Outline.of(found, targets_of(caller.collections)),
        locations=locations,
        recent=list(
            caller.exports.filter(collection=found).select_related("created_by").order_by("-pk")[:5]
        ),
    )
