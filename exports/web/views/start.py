"""The start page: leads to the workspace of whoever signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from exports.domain.access import namespaces_of
from exports.web.loaders import PageRequest, get_caller, signed_in

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_GET
@signed_in
def start(request: PageRequest) -> HttpResponse:
    """The only workspace, a choice of several, or what to do about having none."""
    workspaces = list(namespaces_of(request.user))
    if len(workspaces) == 1:
        return redirect("web:exports", workspaces[0].slug)
    return render(request, "web/start.html", {"workspaces": workspaces})


@require_GET
@signed_in
def workspace(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    return redirect("web:exports", caller.namespace.slug)
