"""A new export: the form, what it would bring, and the export itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from exports.domain.errors import IdempotencyMismatch
from exports.domain.exports import export_create
from exports.domain.requests import is_storable
from exports.domain.templates import template_may_change
from exports.models import Collection, Right, Scope
from exports.web.copying import fields_of
from exports.web.drafting import REFUSALS, draft_of, refused
from exports.web.forms import FORMATS, ExportForm, zones
from exports.web.frozen import pretty
from exports.web.live import copied, looked, may_look
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.offer import Offer
from exports.web.purposes import PURPOSES
from exports.web.render import page
from exports.web.saving import TemplateForm
from exports.web.starting import Start, start_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.domain.access import Caller
    from exports.domain.requests import ExportRequest
    from exports.models import Export, Template


@require_http_methods(["GET", "POST"])
@signed_in
def create(request: PageRequest, namespace: str) -> HttpResponse:
    """The form; with another collection or list chosen, the same again with its fields.

    Without scripts, buttons of the form show on it what would come, and how else to ask for it.
    """
    caller = get_caller(request, namespace)
    caller.require(Scope.EXPORTS_WRITE)
    if request.method == "GET":
        start = start_of(caller, request)
        if start.typed:
            draft_of(caller, start.form)
        return _page(request, caller, start)
    if "reload" in request.POST:
        return _page(request, caller, _resumed(request, caller, ExportForm.refilled(request.POST)))
    form = ExportForm(request.POST)
    draft = draft_of(caller, form)
    if "preview" in request.POST or "copy" in request.POST:
        shows = (
            looked(caller, draft) if "preview" in request.POST else copied(request, caller, draft)
        )
        return _page(request, caller, _resumed(request, caller, form), **shows)
    if draft.request and "save" in request.POST:
        return _named(request, caller, draft.request)
    if draft.request:
        try:
            export = _create(caller, draft.request, form.cleaned_data["token"])
        except REFUSALS as error:
            refused(form, error)
        else:
            return redirect("web:export", namespace, export.uid)
    form.focus()
    return _page(request, caller, _resumed(request, caller, form))


def _resumed(request: PageRequest, caller: Caller, form: ExportForm) -> Start:
    return Start(form, template=_template(request, caller))


def _template(request: PageRequest, caller: Caller) -> Template | None:
    """The one that the form began with."""
    uid = request.POST.get("template", "")
    return caller.templates.filter(uid=uid).first() if uid and is_storable(uid) else None


def _named(request: PageRequest, caller: Caller, asked: ExportRequest) -> HttpResponse:
    """The page on which the request gets a name; that of a template, when it began with one."""
    kept = _template(request, caller)
    saved = kept if kept and template_may_change(caller, kept) else None
    initial = {
        "name": saved.name if saved else asked.label,
        "description": saved.description if saved else "",
        "request": pretty(fields_of(asked)),
    }
    form = TemplateForm(initial=initial)
    return page(request, caller, "templates/edit.html", form=form, saved=saved)


def _create(caller: Caller, request: ExportRequest, token: str) -> Export:
    """Sent twice, the same form makes one export. Sent again changed, it makes another."""
    try:
        return export_create(caller, request, idempotency_key=f"page:{token}" if token else "")[0]
    except IdempotencyMismatch:
        return export_create(caller, request)[0]


def _page(request: PageRequest, caller: Caller, start: Start, **shows: Any) -> HttpResponse:
    form = start.form
    collections = list(caller.collections_with(Right.EXPORT).order_by("name"))
    name = form["collection"].value()
    named = next((each for each in collections if each.name == name), None)
    collection = named or _likely(caller, collections)
    prefix = str(form["elements"].value() or "")
    return page(
        request,
        caller,
        f"exports/new.html{'#reloaded' if request.htmx else ''}",
        form=form,
        start=start,
        collections=collections,
        collection=collection,
        lost="" if named or form.is_bound else name,
        offer=Offer.of(caller, collection, prefix) if collection else None,
        formats=FORMATS,
        purposes=PURPOSES,
        zones=zones(),
        bound_to=caller.bound_to,
        principals=caller.principals.filter(disabled_at=None) if caller.may(Scope.ADMIN) else [],
        may_look=may_look(caller),
        **shows,
    )


def _likely(caller: Caller, collections: list[Collection]) -> Collection | None:
    """The one that this person exported last; else the one with the most documents."""
    ready = [each for each in collections if each.state == Collection.State.READY]
    his = caller.exports_ever.filter(created_by=caller.user, collection__in=ready)
    last = his.order_by("-pk").values_list("collection_id", flat=True).first()
    by_size = sorted(ready, key=lambda each: (each.pk == last, each.documents or 0))
    return by_size[-1] if by_size else None
