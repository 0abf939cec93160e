"""The list of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from exports.domain.quota import usage_of
from exports.models import Format
from exports.web.listing import Listing
from exports.web.loaders import PageRequest, get_caller, get_text, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_GET
@signed_in
def exports(request: PageRequest, namespace: str) -> HttpResponse:
    """The page; or, for htmx, the rows that move and the counts on the tabs."""
    caller = get_caller(request, namespace)
    listing = Listing.of(caller, request)
    if request.htmx:
        rows = listing.those(get_text(request, "moving").split(","))
        moving = [each.uid for each in rows if each.is_active]
        return page(
            request, caller, "exports/list.html#news", listing=listing, rows=rows, moving=moving
        )
    return page(
        request,
        caller,
        "exports/list.html",
        listing=listing,
        moving=listing.moving,
        collections=list(caller.collections.order_by("name").values_list("name", flat=True)),
        formats=Format.choices,
        usage=usage_of(caller.namespace),
    )
