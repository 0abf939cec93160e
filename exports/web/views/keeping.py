"""What can be done with an export that has ended: run it again, keep it longer, hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from exports.domain.clock import database_now
from exports.domain.errors import DomainError, InvalidRequest
from exports.domain.exports import export_retry
from exports.domain.keeping import export_hold, export_keep, export_release
from exports.models import Scope
from exports.web.keeping import KeepForm, ReasonForm, suggested
from exports.web.loaders import PageRequest, get_export, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from exports.models import Export


@require_http_methods(["GET", "POST"])
@signed_in
def retry(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """Asks, and makes a new export of the same request when the answer is yes."""
    caller, found = get_export(request, namespace, uid)
    caller.require(Scope.EXPORTS_WRITE)
    refused = ""
    if request.method == "POST":
        try:
            made = export_retry(caller, found)
        except DomainError as refusal:
            refused = refusal.message
        else:
            messages.success(request, f"“{made.label}” runs again: this is the new export.")
            return redirect("web:export", namespace, made.uid)
    return page(request, caller, "exports/retry.html", export=found, refused=refused)


@require_http_methods(["GET", "POST"])
@signed_in
def keep(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """Asks until when and why, and does it."""
    return _stay(request, namespace, uid, KeepForm, export_keep, "keep", "It is kept longer now.")


@require_http_methods(["GET", "POST"])
@signed_in
def hold(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """Asks why, and does it."""
    return _stay(request, namespace, uid, ReasonForm, export_hold, "hold", "It is held now.")


@require_http_methods(["GET", "POST"])
@signed_in
def release(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """Asks why, and does it."""
    said = "It is no longer held."
    return _stay(request, namespace, uid, ReasonForm, export_release, "release", said)


def _stay(
    request: PageRequest,
    namespace: str,
    uid: str,
    form_class: type[ReasonForm],
    action: Callable[..., Export],
    name: str,
    said: str,
) -> HttpResponse:
    caller, found = get_export(request, namespace, uid)
    caller.require(Scope.ADMIN)
    now = database_now()
    initial: dict[str, Any] = {"until": suggested(found.expires_at, now).date()}
    form = form_class(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            action(caller, found, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said)
            return redirect("web:export", namespace, uid)
    form.focus()
    past = found.expires_at is not None and found.expires_at <= now
    return page(request, caller, f"exports/{name}.html", export=found, form=form, past=past)
