"""One's own profile: name, password, second factor, sessions and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exports.domain.access import namespaces_of
from exports.domain.errors import InvalidRequest
from exports.domain.keyring import key_state, keys_of
from exports.domain.people import person_rename
from exports.domain.secondfactor import has_second_factor
from exports.domain.sessions import entries_of, sessions_end
from exports.models import Membership, Role
from exports.web.accounts import actor_of
from exports.web.loaders import PageRequest, signed_in
from exports.web.people import NameForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.models import ApiKey, Namespace, User

_LATEST = 8


@require_http_methods(["GET", "POST"])
@signed_in
def profile(request: PageRequest) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = NameForm(posted, initial={"name": request.user.name})
    if form.is_valid():
        actor = actor_of(request, request.user)
        try:
            person_rename(request.user, form.cleaned_data["name"], actor=actor)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Saved your name.")
            return redirect("account_profile")
    form.focus()
    secured = has_second_factor(request.user)
    open_to_him = _open_to(request.user, secured=secured)
    said = {
        "form": form,
        "secured": secured,
        "roles": _roles(request.user, open_to_him),
        "keys": _keys(request.user, open_to_him),
        "entries": list(entries_of(request.user)[:_LATEST]),
    }
    return render(request, "account/profile.html", said)


@require_http_methods(["GET", "POST"])
@signed_in
def sessions_over(request: PageRequest) -> HttpResponse:
    """Asks, and signs out everywhere but here when the answer is yes."""
    if request.method == "POST":
        sessions_end(request.user, actor=actor_of(request, request.user))
        update_session_auth_hash(request, request.user)
        messages.success(request, "You are signed out everywhere but here.")
        return redirect("account_profile")
    return render(request, "account/sessions_end.html")


def _open_to(user: User, *, secured: bool) -> list[Namespace]:
    """What a workspace holds is not told before he has the second factor that it asks for."""
    found = namespaces_of(user)
    return list(found if secured else found.filter(requires_second_factor=False))


def _roles(user: User, workspaces: list[Namespace]) -> list[tuple[Namespace, str]]:
    if user.is_superuser:
        return [(each, Role.ADMIN.label) for each in workspaces]
    held = dict(Membership.objects.filter(user=user).values_list("namespace_id", "role"))
    return [(each, Role(held[each.pk]).label) for each in workspaces]


def _keys(user: User, workspaces: list[Namespace]) -> list[ApiKey]:
    now = timezone.now()
    found = keys_of(user).filter(namespace__in=workspaces)
    return [each for each in found if key_state(each, now) == "active"]
