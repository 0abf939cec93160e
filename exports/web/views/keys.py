"""API keys: one's own, and those of the workspace for who administers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.errors import InvalidRequest
from exports.domain.keyring import key_make, key_seen, keys_seen
from exports.domain.keys import key_revoke
from exports.models import Scope
from exports.web.keys import KeyForm, key_rows
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.once import only_once
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.domain.access import Caller
    from exports.models import ApiKey

_OVER = 50
_AGAIN = (
    "This form was sent before: no second key was made. A key is shown once; revoke the one that "
    "was made if you did not copy it."
)


@require_GET
@signed_in
def keys(request: PageRequest, namespace: str) -> HttpResponse:
    """Those that open something, and the latest of those that are over."""
    caller = get_caller(request, namespace)
    rows = key_rows(caller, keys_seen(caller))
    over = [each for each in rows if each.is_over]
    return page(
        request,
        caller,
        "keys/list.html",
        keys=[each for each in rows if not each.is_over],
        over=over[:_OVER],
        over_count=len(over),
        everybody=caller.may(Scope.ADMIN),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def key_new(request: PageRequest, namespace: str) -> HttpResponse:
    """Makes a key, and shows it this once."""
    caller = get_caller(request, namespace)
    form = KeyForm(caller, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with only_once(request) as first:
                if not first:
                    messages.info(request, _AGAIN)
                    return redirect("web:keys", namespace)
                made, text = key_make(caller, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        else:
            return _made(request, caller, made, text)
    form.focus()
    return page(request, caller, "keys/new.html", form=form)


@require_http_methods(["GET", "POST"])
@signed_in
def key_revocation(request: PageRequest, namespace: str, key: str) -> HttpResponse:
    """Asks, and does it when the answer is yes."""
    caller = get_caller(request, namespace)
    found = key_seen(caller, key)
    if request.method == "POST":
        key_revoke(found, actor=caller.actor)
        messages.success(request, f"The key “{found.label}” opens nothing any more.")
        return redirect("web:keys", namespace)
    (row,) = key_rows(caller, [found])
    return page(request, caller, "keys/revoke.html", row=row)


def _made(request: PageRequest, caller: Caller, made: ApiKey, text: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("api:exports"))
    response = page(request, caller, "keys/made.html", made=made, text=text, address=address)
    patch_cache_control(response, no_store=True)
    return response
