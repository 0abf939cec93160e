"""Templates: requests under a name, started with one click."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, Max
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.errors import Conflict, Forbidden, InvalidRequest, NotFound, NotReady
from exports.domain.principals import PrincipalInvalid
from exports.domain.templates import (
    template_change,
    template_check,
    template_create,
    template_delete,
    template_may_change,
    template_request,
    template_run,
)
from exports.models import Scope, Template
from exports.web.frozen import pretty, request_text
from exports.web.loaders import PageRequest, get_caller, get_text, signed_in
from exports.web.render import page
from exports.web.saving import TemplateForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from exports.domain.access import Caller


@require_GET
@signed_in
def templates(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    found = list(caller.templates)
    seen = caller.exports.filter(template__in=found).order_by().values("template")
    made = {each["template"]: each for each in seen.annotate(n=Count("*"), last=Max("created_at"))}
    rows = [(each, made.get(each.pk)) for each in found]
    return page(request, caller, "templates/list.html", rows=rows, token=uuid4().hex)


@require_http_methods(["GET", "POST"])
@signed_in
def template_new(request: PageRequest, namespace: str) -> HttpResponse:
    """Of an earlier export, which ``from`` names, or of nothing."""
    caller = get_caller(request, namespace)
    caller.require(Scope.EXPORTS_WRITE)
    uid = get_text(request, "from")
    earlier = caller.export(uid) if uid else None
    initial = {"name": earlier.label, "request": request_text(earlier)} if earlier else {}
    form = TemplateForm(request.POST or None, initial=initial)
    saved = _try(form, lambda: template_create(caller, **form.cleaned_data))
    if saved:
        messages.success(request, f"Saved the template “{saved.name}”.")
        return redirect("web:template", namespace, saved.uid)
    return page(request, caller, "templates/edit.html", form=form, saved=None)


@require_GET
@signed_in
def template(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """What it asks for, and what it made."""
    caller = get_caller(request, namespace)
    found = caller.template(uid)
    made = caller.exports.filter(template=found).select_related("collection", "created_by")
    return page(
        request,
        caller,
        "templates/one.html",
        saved=found,
        may_change=template_may_change(caller, found),
        request_text=pretty(template_request(found)),
        exports=list(made.order_by("-pk")[:20]),
        token=uuid4().hex,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def template_edit(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    found = _his(caller, uid)
    kept = {
        "name": found.name,
        "description": found.description,
        "request": pretty(template_request(found)),
    }
    form = TemplateForm(request.POST or None, initial=kept)
    if _try(form, lambda: template_change(caller, found, **form.cleaned_data)):
        messages.success(request, f"Saved the template “{found.name}”.")
        return redirect("web:template", namespace, uid)
    # As it is kept: the form may have put another name on it, which was refused.
    return page(request, caller, "templates/edit.html", form=form, saved=_his(caller, uid))


@require_http_methods(["GET", "POST"])
@signed_in
def template_removal(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """Asks, and does it when the answer is yes."""
    caller = get_caller(request, namespace)
    found = _his(caller, uid)
    if request.method == "POST":
        template_delete(caller, found)
        messages.success(request, f"Deleted the template “{found.name}”. What it made stays.")
        return redirect("web:templates", namespace)
    return page(request, caller, "templates/delete.html", saved=found)


@require_http_methods(["GET", "POST"])
@signed_in
def template_start(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """An export of it. Sent twice, one click makes one."""
    caller = get_caller(request, namespace)
    found = caller.template(uid)
    if request.method == "GET":
        return redirect("web:template", namespace, uid)
    token = request.POST.get("token", "")[:32]
    key = f"page:{token}" if token.isalnum() else ""
    try:
        export, _ = template_run(caller, found, idempotency_key=key)
    except InvalidRequest as refusal:
        # The collection has changed since it was saved.
        said = " ".join(f"{each.path}: {each.message}" for each in refusal.errors)
        messages.error(request, f"It cannot be run as it is. {said}")
        return redirect("web:template", namespace, uid)
    return redirect("web:export", namespace, export.uid)


def _his(caller: Caller, uid: str) -> Template:
    """:raises Forbidden: it is somebody else's."""
    found = caller.template(uid)
    template_check(caller, found)
    return found


def _try(form: TemplateForm, save: Callable[[], Template]) -> Template | None:
    """What was saved; None when the form says what is wrong, or nothing was sent."""
    if form.is_valid():
        try:
            return save()
        except InvalidRequest as refusal:
            form.refuse(refusal)
        except Conflict as conflict:
            form.add_error("name", conflict.message)
        except (NotFound, NotReady, Forbidden, PrincipalInvalid) as error:
            form.add_error("request", error.message)
    form.focus()
    return None
