"""The members of a workspace: who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.errors import Conflict, InvalidRequest
from exports.domain.members import member_change, member_join, member_remove, standing
from exports.models import Scope
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.people import ROLES, JoinForm, MemberForm
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_GET
@signed_in
def members(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    found = [(each, standing(each)["collections"]) for each in caller.members]
    return page(request, caller, "members/list.html", members=found)


@require_http_methods(["GET", "POST"])
@signed_in
def member_new(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    caller.require(Scope.ADMIN)
    form = JoinForm(caller, request.POST or None)
    if form.is_valid():
        try:
            made = member_join(namespace=caller.namespace, actor=caller.actor, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        except Conflict as conflict:
            form.add_error("email", conflict.message)
        else:
            messages.success(request, f"{made.user.email} is {made.get_role_display()} now.")
            return redirect("web:members", namespace)
    form.focus()
    return page(request, caller, "members/one.html", form=form, roles=ROLES, member=None)


@require_http_methods(["GET", "POST"])
@signed_in
def member(request: PageRequest, namespace: str, member: str) -> HttpResponse:
    """His role, as whom he runs, and his rights, to be changed."""
    caller = get_caller(request, namespace)
    found = caller.member(member)
    form = MemberForm(caller, request.POST or None, initial=standing(found))
    if form.is_valid():
        try:
            member_change(found, actor=caller.actor, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        except Conflict as conflict:
            form.add_error("role", conflict.message)
        else:
            messages.success(request, f"Changed what {found.user.email} may do.")
            # Who gave up his own role may not look at members any more.
            itself = found.user == request.user
            return redirect("web:exports" if itself else "web:members", namespace)
    form.focus()
    return page(request, caller, "members/one.html", form=form, roles=ROLES, member=found)


@require_http_methods(["GET", "POST"])
@signed_in
def member_removal(request: PageRequest, namespace: str, member: str) -> HttpResponse:
    """Asks, and does it when the answer is yes."""
    caller = get_caller(request, namespace)
    found = caller.member(member)
    if request.method == "POST":
        member_remove(found, actor=caller.actor)
        messages.success(request, f"{found.user.email} is no member any more.")
        if found.user == request.user:
            return redirect("web:start")
        return redirect("web:members", namespace)
    return page(request, caller, "members/remove.html", member=found)
