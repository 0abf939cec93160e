"""A new export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from exports.domain.errors import (
    IdempotencyMismatch,
    InvalidRequest,
    NotFound,
    NotReady,
    QuotaExceeded,
)
from exports.domain.exports import export_check, export_create
from exports.domain.principals import PrincipalInvalid
from exports.domain.requests import request_parse
from exports.models import Collection, Right, Scope
from exports.web.asking import request_fields
from exports.web.forms import FORMATS, ExportForm, zones
from exports.web.loaders import PageRequest, get_caller, get_text, signed_in
from exports.web.offer import Offer
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.domain.access import Caller
    from exports.domain.requests import ExportRequest
    from exports.models import Export


@require_http_methods(["GET", "POST"])
@signed_in
def create(request: PageRequest, namespace: str) -> HttpResponse:
    """The form; with another collection or list chosen, the same again with its fields."""
    caller = get_caller(request, namespace)
    caller.require(Scope.EXPORTS_WRITE)
    if request.method == "GET":
        form = ExportForm(initial={"collection": get_text(request, "collection")})
        return _page(request, caller, form)
    if "reload" in request.POST:
        return _page(request, caller, ExportForm.refilled(request.POST))
    form = ExportForm(request.POST)
    export = _accept(caller, form)
    if export:
        return redirect("web:export", namespace, export.uid)
    form.focus()
    return _page(request, caller, form)


def _accept(caller: Caller, form: ExportForm) -> Export | None:
    """The export that was made; None when the form now says all that is wrong."""
    valid = form.is_valid()
    name = form.cleaned_data.get("collection", "")
    collection = caller.collections_with(Right.EXPORT).filter(name=name).first()
    if collection is None:
        form.add_error("collection", "Choose a collection that you may export.")
        return None
    offer = Offer.of(caller, collection, form.cleaned_data.get("elements", ""))
    try:
        request = request_parse(request_fields(form, offer))
        if valid:
            return _create(caller, request, form.cleaned_data["token"])
        export_check(caller, request)
    except InvalidRequest as refusal:
        form.refuse(refusal)
    except QuotaExceeded as error:
        form.other_errors.append(error.message)
    except NotReady as error:
        form.add_error("collection", error.message)
    except (NotFound, PrincipalInvalid) as error:
        form.add_error("principal", error.message)
    return None


def _create(caller: Caller, request: ExportRequest, token: str) -> Export:
    """Sent twice, the same form makes one export. Sent again changed, it makes another."""
    try:
        return export_create(caller, request, idempotency_key=f"page:{token}" if token else "")[0]
    except IdempotencyMismatch:
        return export_create(caller, request)[0]


def _page(request: PageRequest, caller: Caller, form: ExportForm) -> HttpResponse:
    collections = list(caller.collections_with(Right.EXPORT).order_by("name"))
    named = next((each for each in collections if each.name == form["collection"].value()), None)
    collection = named or _likely(caller, collections)
    prefix = str(form["elements"].value() or "")
    return page(
        request,
        caller,
        f"exports/new.html{'#reloaded' if request.htmx else ''}",
        form=form,
        collections=collections,
        collection=collection,
        offer=Offer.of(caller, collection, prefix) if collection else None,
        formats=FORMATS,
        zones=zones(),
        bound_to=caller.bound_to,
        principals=caller.principals.filter(disabled_at=None) if caller.may(Scope.ADMIN) else [],
    )


def _likely(caller: Caller, collections: list[Collection]) -> Collection | None:
    """The one that this person exported last; else the one with the most documents."""
    ready = [each for each in collections if each.state == Collection.State.READY]
    his = caller.exports_ever.filter(created_by=caller.user, collection__in=ready)
    last = his.order_by("-pk").values_list("collection_id", flat=True).first()
    by_size = sorted(ready, key=lambda each: (each.pk == last, each.documents or 0))
    return by_size[-1] if by_size else None
