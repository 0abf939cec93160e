"""The list of exports, and what can be done to several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.bulk import exports_cancel, exports_chosen, exports_delete
from exports.domain.quota import usage_of
from exports.domain.requests import is_storable
from exports.models import Format, Scope
from exports.web.listing import Listing
from exports.web.loaders import PageRequest, get_caller, get_text, signed_in
from exports.web.render import page
from exports.web.several import Several, told

if TYPE_CHECKING:
    from django.http import HttpResponse

_ACTIONS = {"cancel": exports_cancel, "delete": exports_delete}


@require_GET
@signed_in
def exports(request: PageRequest, namespace: str) -> HttpResponse:
    """The page; or, for htmx, the rows that move and the counts on the tabs."""
    caller = get_caller(request, namespace)
    listing = Listing.of(caller, request)
    if request.htmx:
        rows = listing.those(get_text(request, "moving").split(","))
        return page(request, caller, "exports/list.html#news", listing=listing, rows=rows, oob=True)
    return page(
        request,
        caller,
        "exports/list.html",
        listing=listing,
        rows=listing.rows,
        collections=list(caller.collections.order_by("name").values_list("name", flat=True)),
        formats=Format.choices,
        usage=usage_of(caller.namespace) if caller.may(Scope.ADMIN) else None,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def several(request: PageRequest, namespace: str) -> HttpResponse:
    """Asks what is to become of those that were ticked, and does it when the answer is yes."""
    caller = get_caller(request, namespace)
    uids = [each for each in request.POST.getlist("uid") if is_storable(each)]
    chosen = exports_chosen(caller, uids)
    action = request.POST.get("action", "")
    if not chosen or action not in _ACTIONS:
        if request.method == "POST":
            messages.error(request, "Nothing was chosen. Tick the exports first.")
        return redirect("web:exports", namespace)
    asked = Several(action, chosen)
    if "sure" not in request.POST or not asked.fit:
        return page(request, caller, "exports/several.html", asked=asked)
    outcome = _ACTIONS[action](caller, asked.fit)
    level = messages.SUCCESS if outcome.done else messages.ERROR
    messages.add_message(request, level, told(asked, outcome))
    return redirect("web:exports", namespace)
