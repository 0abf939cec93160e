"""What can be done with a collection: name it, say what its fields are, refresh it, delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from exports.domain.changing import (
    collection_change,
    collection_delete,
    collection_refresh,
    exports_in_the_way,
    referring,
)
from exports.domain.errors import Conflict, InvalidRequest
from exports.models import Scope
from exports.web.collecting import RULES, EditForm
from exports.web.loaders import PageRequest, get_collection, signed_in
from exports.web.marking import MarksForm
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.models import Collection


@require_http_methods(["GET", "POST"])
@signed_in
def collection_edit(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """Its name, its description and its key."""
    caller, found = get_collection(request, namespace, name)
    caller.require(Scope.COLLECTIONS_WRITE)
    form = EditForm(found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            changed = collection_change(caller, found, **form.given)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        except Conflict as conflict:
            form.add_error("key", conflict.message)
        else:
            _say(request, changed)
            return redirect("web:collection", namespace, changed.name)
    form.focus()
    return page(request, caller, "collections/edit.html", form=form, collection=found)


@require_http_methods(["GET", "POST"])
@signed_in
def collection_fields(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """What is said of each field, and who may read."""
    caller, found = get_collection(request, namespace, name)
    caller.require(Scope.COLLECTIONS_WRITE)
    form = MarksForm(caller, found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _say(request, collection_change(caller, found, **form.given))
            return redirect("web:collection", namespace, name)
        except InvalidRequest as refusal:
            form.refuse(refusal)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
    form.focus()
    return page(
        request, caller, "collections/fields.html", form=form, collection=found, rules=RULES
    )


@require_http_methods(["GET", "POST"])
@signed_in
def collection_refreshing(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """Lets its files be read anew."""
    caller, found = get_collection(request, namespace, name)
    caller.require(Scope.COLLECTIONS_WRITE)
    if request.method == "GET":
        return redirect("web:collection", namespace, name)
    try:
        collection_refresh(caller, found)
        messages.success(request, "Its files are read anew.")
    except Conflict as conflict:
        messages.error(request, conflict.message)
    return redirect("web:collection", namespace, name)


@require_http_methods(["GET", "POST"])
@signed_in
def collection_removal(request: PageRequest, namespace: str, name: str) -> HttpResponse:
    """Asks, and does it when the answer is yes."""
    caller, found = get_collection(request, namespace, name)
    caller.require(Scope.COLLECTIONS_WRITE)
    refused = ""
    if request.method == "POST":
        try:
            collection_delete(caller, found)
        except Conflict as conflict:
            refused = conflict.message
        else:
            messages.success(request, f"Deleted “{found.name}”.")
            return redirect("web:collections", namespace)
    return page(
        request,
        caller,
        "collections/delete.html",
        collection=found,
        refused=refused,
        waiting=exports_in_the_way(found),
        referring=referring(found),
        made=found.exports.filter(deleted_at=None).count(),
        templates=found.templates.count(),
    )


def _say(request: PageRequest, changed: Collection) -> None:
    if changed.is_moving:
        messages.success(request, "The files are read now, to see whether it holds.")
    else:
        messages.success(request, f"Changed “{changed.name}”.")
