"""The addresses of the pages. The workspace comes first in each; none ends in a slash."""

from __future__ import annotations

from django.urls import path, register_converter

from exports.web.converters import UidConverter, WorkspaceConverter
from exports.web.views.collections import collection, collections
from exports.web.views.create import create
from exports.web.views.export import cancel, delete, export
from exports.web.views.exports import exports
from exports.web.views.history import history
from exports.web.views.start import start, workspace

register_converter(WorkspaceConverter, "workspace")
register_converter(UidConverter, "uid")

app_name = "web"
urlpatterns = [
    path("", start, name="start"),
    path("<workspace:namespace>", workspace, name="workspace"),
    path("<workspace:namespace>/exports", exports, name="exports"),
    path("<workspace:namespace>/exports/new", create, name="create"),
    path("<workspace:namespace>/exports/<uid:uid>", export, name="export"),
    path("<workspace:namespace>/exports/<uid:uid>/cancel", cancel, name="cancel"),
    path("<workspace:namespace>/exports/<uid:uid>/delete", delete, name="delete"),
    path("<workspace:namespace>/collections", collections, name="collections"),
    path("<workspace:namespace>/collections/<str:name>", collection, name="collection"),
    path("<workspace:namespace>/history", history, name="history"),
]
