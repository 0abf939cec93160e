"""The principals of a workspace: whom exports can run as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.errors import Conflict, InvalidRequest
from exports.domain.principals import (
    bound_to,
    principal_change,
    principal_create,
    principal_delete,
)
from exports.models import Scope
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.people import PrincipalForm
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse

_LATEST = 10


@require_GET
@signed_in
def principals(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    return page(request, caller, "principals/list.html", principals=list(caller.principals))


@require_http_methods(["GET", "POST"])
@signed_in
def principal_new(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    caller.require(Scope.ADMIN)
    form = PrincipalForm(request.POST or None)
    if form.is_valid():
        try:
            made = principal_create(namespace=caller.namespace, actor=caller.actor, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Made the principal “{made.name}”.")
            return redirect("web:principals", namespace)
    form.focus()
    return page(request, caller, "principals/one.html", form=form, principal=None)


@require_http_methods(["GET", "POST"])
@signed_in
def principal(request: PageRequest, namespace: str, principal: str) -> HttpResponse:
    """Its name and identities, to be changed; who is bound to it, and what ran as it."""
    caller = get_caller(request, namespace)
    found = caller.principal(principal)
    kept: dict[str, Any] = {"name": found.name, "identities": "\n".join(found.identities)}
    form = PrincipalForm(request.POST or None, initial=kept)
    if form.is_valid():
        try:
            changed = principal_change(found, actor=caller.actor, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Changed the principal “{changed.name}”.")
            return redirect("web:principals", namespace)
    form.focus()
    shown = caller.principal(principal)
    return page(
        request,
        caller,
        "principals/one.html",
        form=form,
        principal=shown,
        bound=bound_to(shown),
        exports=list(caller.exports.filter(principal=shown).order_by("-pk")[:_LATEST]),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def principal_deletion(request: PageRequest, namespace: str, principal: str) -> HttpResponse:
    """Asks, and deletes it when the answer is yes; says who stands in the way."""
    caller = get_caller(request, namespace)
    found = caller.principal(principal)
    if request.method == "POST":
        try:
            principal_delete(found, actor=caller.actor)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect("web:principal", namespace, principal)
        messages.success(request, f"Deleted the principal “{found.name}”.")
        return redirect("web:principals", namespace)
    return page(request, caller, "principals/delete.html", principal=found, bound=bound_to(found))


@require_http_methods(["GET", "POST"])
@signed_in
def principal_switch(request: PageRequest, namespace: str, principal: str) -> HttpResponse:
    """Asks, and disables it or enables it again when the answer is yes."""
    caller = get_caller(request, namespace)
    found = caller.principal(principal)
    if request.method == "POST":
        disabled = request.POST.get("disabled") == "1"
        principal_change(found, actor=caller.actor, disabled=disabled)
        word = "Disabled" if disabled else "Enabled"
        messages.success(request, f"{word} the principal “{found.name}”.")
        return redirect("web:principals", namespace)
    bound = found.memberships.count()
    return page(request, caller, "principals/switch.html", principal=found, bound=bound)
