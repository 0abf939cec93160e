"""A workspace's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from exports.domain.errors import InvalidRequest
from exports.domain.people import namespace_set
from exports.domain.quota import usage_of
from exports.models import Scope
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.render import page
from exports.web.settings import SettingsForm

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_http_methods(["GET", "POST"])
@signed_in
def settings(request: PageRequest, namespace: str) -> HttpResponse:
    caller = get_caller(request, namespace)
    caller.require(Scope.ADMIN)
    posted = request.POST if request.method == "POST" else None
    form = SettingsForm(caller.namespace, posted)
    if form.is_valid():
        try:
            namespace_set(caller, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Saved the settings.")
            return redirect("web:settings", namespace)
    form.focus()
    usage = usage_of(caller.namespace)
    return page(request, caller, "settings/one.html", form=form, usage=usage)
