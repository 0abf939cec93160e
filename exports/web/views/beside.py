"""What the form of a new export asks for while somebody fills it in.

Whoever comes to one of these addresses by himself, as after signing in, is led to the form.
"""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.errors import DomainError
from exports.domain.previews import PreviewReplaced
from exports.domain.requests import request_parse
from exports.domain.suggesting import values_suggest
from exports.models import Scope
from exports.web.drafting import draft_of
from exports.web.forms import ExportForm
from exports.web.live import copied, looked
from exports.web.loaders import PageRequest, get_caller, get_text, signed_in
from exports.web.render import page


@require_http_methods(["GET", "POST"])
@signed_in
def preview(request: PageRequest, namespace: str) -> HttpResponse:
    """What the request as it is typed would bring; nothing when he asked for another meanwhile."""
    caller = get_caller(request, namespace)
    caller.require(Scope.EXPORTS_WRITE)
    if request.method == "GET":
        return redirect("web:create", namespace)
    try:
        shows = looked(caller, draft_of(caller, ExportForm(request.POST)))
    except PreviewReplaced:
        return HttpResponse(status=204)
    return page(request, caller, "exports/new_look.html", **shows)


@require_http_methods(["GET", "POST"])
@signed_in
def copy(request: PageRequest, namespace: str) -> HttpResponse:
    """The request as it is typed, for elsewhere."""
    caller = get_caller(request, namespace)
    caller.require(Scope.EXPORTS_WRITE)
    if request.method == "GET":
        return redirect("web:create", namespace)
    draft = draft_of(caller, ExportForm(request.POST))
    return page(request, caller, "exports/new_copies.html", **copied(request, caller, draft))


@require_GET
@signed_in
def values(request: PageRequest, namespace: str) -> HttpResponse:
    """Values of a field that begin with what was typed; none where there are none to suggest."""
    caller = get_caller(request, namespace)
    caller.require(Scope.EXPORTS_WRITE)
    asked = {name: get_text(request, name) for name in ("collection", "prefix", "principal")}
    try:
        found = values_suggest(
            caller, request_parse(asked), get_text(request, "field"), get_text(request, "typed")
        )
    except DomainError as error:
        return JsonResponse({"values": [], "message": error.message}, status=error.status)
    return JsonResponse({"values": found})
