"""The history of a workspace: the page, and all of it as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from exports.domain.telling import history_csv, history_jsonl
from exports.models import Scope
from exports.web.history import History
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

_FORMS = {
    "csv": (history_csv, "text/csv; charset=utf-8"),
    "jsonl": (history_jsonl, "application/x-ndjson"),
}


@require_GET
@signed_in
def history(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    caller.require(Scope.AUDIT_READ)
    return page(request, caller, "history/list.html", history=History.of(caller, request))


@require_GET
@signed_in
def history_export(request: PageRequest, namespace: str, form: str) -> HttpResponseBase:
    """Everything that the filters of the address match, as it comes out of the database."""
    caller = get_caller(request, namespace)
    caller.require(Scope.AUDIT_READ)
    asked = History.of(caller, request)
    if asked.left_out:
        # A file that holds more than was meant would not say so; the page does.
        address = reverse("web:history", args=[namespace])
        return redirect(f"{address}?{request.GET.urlencode()}")
    write, content_type = _FORMS[form]
    text = write(caller, asked.wanted)
    response = StreamingHttpResponse(text, content_type=content_type)
    name = f"history-{caller.namespace.slug}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
