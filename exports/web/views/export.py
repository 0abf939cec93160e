"""One export: how far it is, what came out of it, and how it is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import reswap, retarget

from exports.domain.clock import database_now
from exports.domain.errors import DomainError, NotFound
from exports.domain.exports import export_cancel, export_delete
from exports.domain.first_rows import rows_first
from exports.domain.links import link_make
from exports.domain.places import queue_place
from exports.domain.reasons import reason_for
from exports.domain.requests import is_storable
from exports.models import AuditEvent, Right, Scope, State
from exports.web.actions import Actions
from exports.web.after import After
from exports.web.asked import options, rows_of
from exports.web.events import lines_of
from exports.web.frozen import Sort, files_read, filter_text, request_text
from exports.web.loaders import PageRequest, get_export, get_text, signed_in
from exports.web.progress import Progress
from exports.web.render import page
from exports.web.results import downloads, errors_are, notices
from exports.web.waiting import nobody_there

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from exports.domain.access import Caller
    from exports.models import Export


@require_GET
@signed_in
def export(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """The page; for htmx its progress, or everything once there is none any more."""
    caller, found = get_export(request, namespace, uid)
    if not request.htmx:
        return _whole(request, caller, found)
    now = database_now()
    shown = {
        "export": found,
        "progress": _progress(found, now),
        "heard": get_text(request, "heard"),
    }
    if found.is_active:
        return page(request, caller, "exports/one.html#news", **shown)
    everything = page(
        request, caller, "exports/one.html#ended", **shown, **_around(caller, found, now)
    )
    return reswap(retarget(everything, "#export"), "outerHTML")


@require_http_methods(["GET", "POST"])
@signed_in
def rows(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """The first rows of the result. It is asked for by a button, since looking is an event."""
    caller, found = get_export(request, namespace, uid)
    caller.require(Scope.DOWNLOADS_READ)
    if request.method != "POST":
        return redirect("web:export", namespace, uid)
    shown: dict[str, Any] = {}
    try:
        shown["head"] = rows_first(caller, uid)
    except DomainError as refusal:
        shown["head_refused"] = refusal.message
    if request.htmx:
        return page(request, caller, "exports/rows.html", export=found, **shown)
    return _whole(request, caller, found, **shown)


@require_http_methods(["GET", "POST"])
@signed_in
def link(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """A link to a file that works without signing in. It is shown this once."""
    caller, found = get_export(request, namespace, uid)
    caller.require(Scope.DOWNLOADS_READ)
    if request.method != "POST":
        return redirect("web:export", namespace, uid)
    name = request.POST.get("name", "")
    if not is_storable(name):
        raise NotFound("file")
    made = link_make(caller, uid, name)
    path = reverse("api:download", args=[uid, name])
    address = request.build_absolute_uri(f"{path}?{urlencode({'link': made.token})}")
    linked = {"name": name, "address": address, "expires_at": made.expires_at}
    if request.htmx:
        return page(request, caller, "exports/link.html", linked=linked)
    return _whole(request, caller, found, linked=linked)


@require_http_methods(["GET", "POST"])
@signed_in
def cancel(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """Asks, and does it when the answer is yes."""
    caller, found = get_export(request, namespace, uid)
    caller.require(Scope.EXPORTS_WRITE)
    if request.method == "POST":
        export_cancel(caller, found)
        messages.success(request, f"Cancelled “{found.label}”.")
        return redirect("web:export", namespace, uid)
    return page(request, caller, "exports/cancel.html", export=found)


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """Asks, and does it when the answer is yes."""
    caller, found = get_export(request, namespace, uid)
    caller.require(Scope.EXPORTS_WRITE)
    if request.method == "POST":
        export_delete(caller, found)
        messages.success(request, f"Deleted “{found.label}”. Its line in the history stays.")
        return redirect("web:exports", namespace)
    return page(request, caller, "exports/delete.html", export=found, files=len(found.listed_files))


def _whole(request: PageRequest, caller: Caller, export: Export, **more: Any) -> HttpResponse:
    now = database_now()
    shown = {"export": export, "progress": _progress(export, now), **more}
    return page(request, caller, "exports/one.html", **shown, **_around(caller, export, now))


def _is_in(right: Right, caller: Caller, export: Export) -> bool:
    """Whether its collection is there, and the caller has the right on it."""
    return caller.collections_with(right).filter(pk=export.collection_id).exists()


def _progress(export: Export, now: datetime) -> Progress:
    place = queue_place(export)
    return Progress(export, now, place, nobody_there() if place is not None else "")


def _around(caller: Caller, export: Export, now: datetime) -> dict[str, Any]:
    """What stands around the progress: files, the request, what has happened."""
    files = downloads(export, caller.namespace, now)
    events = AuditEvent.objects.none()
    if caller.may(Scope.AUDIT_READ):
        events = AuditEvent.objects.filter(
            namespace_id=caller.namespace.pk, subject=export.uid
        ).order_by("-pk")
    return {
        "actions": Actions(caller, export, now, _is_in(Right.EXPORT, caller, export)).all
        if caller.may(Scope.EXPORTS_WRITE)
        else [],
        "collection_seen": _is_in(Right.SEE, caller, export),
        "links": settings.LINKS and caller.may(Scope.DOWNLOADS_READ),
        "after": After.of(export),
        "files": [each for each in files if not each.is_one_of_many],
        "many": [each for each in files if each.is_one_of_many],
        "notices": notices(export),
        "errors_are": errors_are(export),
        "reason": reason_for(export.reason) if export.state == State.ERROR else None,
        "rows_of": rows_of(export),
        "options": options(export),
        "request_text": request_text(export),
        "filter_text": filter_text(export),
        "files_read": files_read(export),
        "sorts": [Sort.of(text) for text in export.order_by],
        "lines": lines_of(caller, list(events[:50])),
    }
