"""A new collection: of files that are uploaded, or of files that lie where they may be read."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from exports.domain.browsing import folder_look
from exports.domain.collections import collection_create
from exports.domain.errors import DomainError, InvalidRequest
from exports.domain.uploads import Upload, upload_taken
from exports.models import Scope
from exports.sources.locate import ENDINGS
from exports.web.collecting import RULES, LocationForm, UploadForm
from exports.web.loaders import PageRequest, get_caller, get_text, signed_in
from exports.web.render import page

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import Collection
    from exports.web.collecting import NewForm


# Who looks for the token in the form reads the whole body: not before it is said where files go.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@signed_in
def collection_new(request: PageRequest, namespace: str) -> HttpResponse:
    """The form to upload files; and what becomes of them."""
    caller = get_caller(request, namespace)
    caller.require(Scope.COLLECTIONS_WRITE)
    if request.method == "GET":
        return _form(request, caller, UploadForm())
    try:
        with upload_taken(request) as upload:
            return _uploaded(request, caller, upload)
    except DomainError as refusal:
        # Nothing but the refusal is told of what was typed: the body was not read to its end.
        form = UploadForm({})
        form.errors.clear()
        form.refuse(refusal)
        return _form(request, caller, form)


@require_GET
@signed_in
def collection_browse(request: PageRequest, namespace: str) -> HttpResponse:
    """Folders and files to choose from, inside the folders that the operator allows."""
    caller = get_caller(request, namespace)
    caller.require(Scope.COLLECTIONS_WRITE)
    folder = folder_look(get_text(request, "folder"))
    return page(request, caller, "collections/browse.html", folder=folder, endings=list(ENDINGS))


@require_http_methods(["GET", "POST"])
@signed_in
def collection_location(request: PageRequest, namespace: str) -> HttpResponse:
    """The form for files that lie there already."""
    caller = get_caller(request, namespace)
    caller.require(Scope.COLLECTIONS_WRITE)
    location = get_text(request, "location")
    initial = {"locations": location, "name": PurePosixPath(location).name.partition(".")[0]}
    form = LocationForm(request.POST or None, initial=initial)
    if request.method == "POST" and not request.POST:
        form = LocationForm({})
    if form.is_valid():
        try:
            return _made(request, namespace, collection_create(caller, **form.given))
        except InvalidRequest as refusal:
            form.refuse(refusal)
    form.focus()
    return page(request, caller, "collections/location.html", form=form, rules=RULES)


@csrf_protect
def _uploaded(request: PageRequest, caller: Caller, upload: Upload) -> HttpResponse:
    form = UploadForm(request.POST)
    if form.is_valid():
        try:
            made = collection_create(caller, upload=upload, **form.given)
            return _made(request, caller.namespace.slug, made)
        except InvalidRequest as refusal:
            form.refuse(refusal)
    form.focus()
    return _form(request, caller, form)


def _made(request: PageRequest, namespace: str, made: Collection) -> HttpResponse:
    messages.success(request, f"“{made.name}” is there. Its files are read now.")
    if request.headers.get("X-Requested-With") != "XMLHttpRequest":
        return redirect("web:collection", namespace, made.name)
    # The script goes there itself: what it was led to it would read, and throw away.
    where = reverse("web:collection", args=[namespace, made.name])
    return HttpResponse(status=201, headers={"Location": where})


def _form(request: PageRequest, caller: Caller, form: NewForm) -> HttpResponse:
    return page(
        request, caller, "collections/new.html", form=form, rules=RULES, endings=",".join(ENDINGS)
    )
