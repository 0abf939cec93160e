"""The history of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from exports.models import Scope
from exports.web.events import History
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_GET
@signed_in
def history(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    caller.require(Scope.AUDIT_READ)
    return page(request, caller, "history/list.html", history=History.of(caller, request))
