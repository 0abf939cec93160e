"""A new export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from exports.domain.errors import IdempotencyMismatch, InvalidRequest, NotReady
from exports.domain.exports import export_create
from exports.domain.requests import request_freeze, request_parse
from exports.models import Scope
from exports.web.fields import Outline, targets_of
from exports.web.forms import FORMATS, ExportForm, zones
from exports.web.loaders import PageRequest, get_caller, get_text, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.domain.access import Caller
    from exports.domain.requests import ExportRequest
    from exports.models import Export


@require_http_methods(["GET", "POST"])
@signed_in
def create(request: PageRequest, namespace: str) -> HttpResponse:
    """The form; with another collection chosen, the same again with that one's fields."""
    caller = get_caller(request, namespace)
    caller.require(Scope.EXPORTS_WRITE)
    if request.method == "GET":
        initial = {"collection": get_text(request, "collection")}
        return _page(request, caller, ExportForm(initial=initial), initial["collection"])
    chosen = request.POST.get("collection", "")
    if "reload" in request.POST:
        return _page(request, caller, ExportForm.refilled(request.POST), chosen)
    form = ExportForm(request.POST)
    export = _accept(caller, form)
    if export:
        return redirect("web:export", namespace, export.uid)
    form.focus()
    return _page(request, caller, form, chosen)


def _accept(caller: Caller, form: ExportForm) -> Export | None:
    """The export that was made; None when the form now says all that is wrong."""
    valid = form.is_valid()
    name = form.cleaned_data.get("collection", "")
    collection = caller.collections.filter(name=name).first()
    if collection is None:
        form.add_error("collection", "Choose a collection of this workspace.")
        return None
    try:
        request = request_parse(form.request(collection))
        if valid:
            return _create(caller, request, form.cleaned_data["token"])
        request_freeze(request, collection)
    except InvalidRequest as refusal:
        form.refuse(refusal)
    except NotReady as error:
        form.add_error("collection", error.message)
    return None


def _create(caller: Caller, request: ExportRequest, token: str) -> Export:
    """Sent twice, the same form makes one export. Sent again changed, it makes another."""
    try:
        return export_create(caller, request, idempotency_key=f"page:{token}" if token else "")[0]
    except IdempotencyMismatch:
        return export_create(caller, request)[0]


def _page(request: PageRequest, caller: Caller, form: ExportForm, chosen: str) -> HttpResponse:
    collections = list(caller.collections.order_by("name"))
    first = next((each for each in collections if each.state == each.State.READY), None)
    collection = next((each for each in collections if each.name == chosen), first)
    part = "#about" if request.htmx else ""
    return page(
        request,
        caller,
        f"exports/new.html{part}",
        form=form,
        collections=collections,
        collection=collection,
        outline=Outline.of(collection, targets_of(collections)) if collection else None,
        formats=FORMATS,
        zones=zones(),
    )
