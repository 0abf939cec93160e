"""What follows the end of an export; and the secret that signs a workspace's webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.deliveries import delivery_retry
from exports.domain.errors import Conflict
from exports.domain.webhooks import before_until, webhook_secret_rotate, webhook_secret_show
from exports.models import Scope
from exports.web.after import After
from exports.web.loaders import PageRequest, get_caller, get_export, signed_in
from exports.web.once import only_once
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.domain.access import Caller


@require_GET
@signed_in
def after(request: PageRequest, namespace: str, uid: str) -> HttpResponse:
    """The part of an export's page that changes once it has ended."""
    caller, found = get_export(request, namespace, uid)
    if not request.htmx:
        return redirect("web:export", namespace, uid)
    return page(request, caller, "exports/after.html", export=found, after=After.of(found))


@require_http_methods(["GET", "POST"])
@signed_in
def delivery_again(request: PageRequest, namespace: str, uid: str, delivery: str) -> HttpResponse:
    """Has a message that failed tried again; the button for it stands on the export's page."""
    caller, found = get_export(request, namespace, uid)
    if request.method == "GET":
        return redirect("web:export", namespace, uid)
    try:
        made = delivery_retry(caller, found, delivery)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Trying again to tell {made.target}.")
    return redirect("web:export", namespace, uid)


@require_http_methods(["GET", "POST"])
@signed_in
def webhooks(request: PageRequest, namespace: str) -> HttpResponse:
    """How messages are signed; with what, once that is asked for."""
    caller = get_caller(request, namespace)
    caller.require(Scope.ADMIN)
    secret = webhook_secret_show(caller) if request.method == "POST" else ""
    return _told(request, caller, secret)


@require_http_methods(["GET", "POST"])
@signed_in
def webhooks_rotate(request: PageRequest, namespace: str) -> HttpResponse:
    """Asks, and makes a new secret when the answer is yes."""
    caller = get_caller(request, namespace)
    caller.require(Scope.ADMIN)
    if request.method == "POST":
        with only_once(request) as first:
            if not first:
                messages.info(request, "This form was sent before: nothing was replaced again.")
                return redirect("web:webhooks", namespace)
            secret = webhook_secret_rotate(caller)
        messages.success(request, "The secret was replaced. Give the new one to your receivers.")
        return _told(request, caller, secret)
    return page(request, caller, "webhooks/rotate.html")


def _told(request: PageRequest, caller: Caller, secret: str) -> HttpResponse:
    """A page with a secret is kept by nobody."""
    until = before_until(caller.namespace)
    response = page(request, caller, "webhooks/one.html", secret=secret, before_until=until)
    if secret:
        patch_cache_control(response, no_store=True)
    return response
