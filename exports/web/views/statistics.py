"""What the documents of a collection hold, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from exports.domain.statistics import statistics_ask, statistics_read
from exports.models import Collection, Right
from exports.web.counted import lines_of, why
from exports.web.loaders import PageRequest, get_collection, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_http_methods(["GET", "POST"])
@signed_in
def statistics(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """The last ones. Asked for by a button, they are counted by a worker; the page looks again."""
    caller, seen = get_collection(request, namespace, name)
    if request.method == "POST":
        statistics_ask(caller, seen.uid)
        return redirect("web:statistics", namespace, name)
    collection, standing = statistics_read(caller, seen.uid)
    exportable = caller.collections_with(Right.EXPORT).filter(pk=collection.pk).exists()
    found = standing.found
    return page(
        request,
        caller,
        f"documents/statistics.html{'#counted' if request.htmx else ''}",
        here="collections",
        collection=collection,
        standing=standing,
        found=found,
        lines=lines_of(caller.namespace, collection, found, exportable=exportable) if found else [],
        why=why(standing.reason) if standing.reason else "",
        countable=collection.state == Collection.State.READY,
    )
