"""The addresses of the pages. The workspace comes first in each; none ends in a slash."""

from __future__ import annotations

from django.urls import path, register_converter

from exports.web.converters import (
    DeliveryConverter,
    MemberConverter,
    PrincipalConverter,
    UidConverter,
    WorkspaceConverter,
)
from exports.web.views.after import after, delivery_again, webhooks, webhooks_rotate
from exports.web.views.collections import collection, collections
from exports.web.views.create import create
from exports.web.views.export import cancel, delete, export
from exports.web.views.exports import exports
from exports.web.views.history import history
from exports.web.views.keeping import hold, keep, release, retry
from exports.web.views.members import member, member_new, member_removal, members
from exports.web.views.principals import (
    principal,
    principal_new,
    principal_switch,
    principals,
)
from exports.web.views.start import start, workspace

register_converter(WorkspaceConverter, "workspace")
register_converter(UidConverter, "uid")
register_converter(DeliveryConverter, "delivery")
register_converter(MemberConverter, "member")
register_converter(PrincipalConverter, "principal")

app_name = "web"
urlpatterns = [
    path("", start, name="start"),
    path("<workspace:namespace>", workspace, name="workspace"),
    path("<workspace:namespace>/exports", exports, name="exports"),
    path("<workspace:namespace>/exports/new", create, name="create"),
    path("<workspace:namespace>/exports/<uid:uid>", export, name="export"),
    path("<workspace:namespace>/exports/<uid:uid>/cancel", cancel, name="cancel"),
    path("<workspace:namespace>/exports/<uid:uid>/delete", delete, name="delete"),
    path("<workspace:namespace>/exports/<uid:uid>/retry", retry, name="retry"),
    path("<workspace:namespace>/exports/<uid:uid>/keep", keep, name="keep"),
    path("<workspace:namespace>/exports/<uid:uid>/hold", hold, name="hold"),
    path("<workspace:namespace>/exports/<uid:uid>/release", release, name="release"),
    path("<workspace:namespace>/exports/<uid:uid>/after", after, name="after"),
    path(
        "<workspace:namespace>/exports/<uid:uid>/deliveries/<delivery:delivery>/retry",
        delivery_again,
        name="delivery_again",
    ),
    path("<workspace:namespace>/webhooks", webhooks, name="webhooks"),
    path("<workspace:namespace>/webhooks/rotate", webhooks_rotate, name="webhooks_rotate"),
    path("<workspace:namespace>/collections", collections, name="collections"),
    path("<workspace:namespace>/collections/<str:name>", collection, name="collection"),
    path("<workspace:namespace>/history", history, name="history"),
    path("<workspace:namespace>/members", members, name="members"),
    path("<workspace:namespace>/members/new", member_new, name="member_new"),
    path("<workspace:namespace>/members/<member:member>", member, name="member"),
    path(
        "<workspace:namespace>/members/<member:member>/remove",
        member_removal,
        name="member_removal",
    ),
    path("<workspace:namespace>/principals", principals, name="principals"),
    path("<workspace:namespace>/principals/new", principal_new, name="principal_new"),
    path("<workspace:namespace>/principals/<principal:principal>", principal, name="principal"),
    path(
        "<workspace:namespace>/principals/<principal:principal>/switch",
        principal_switch,
        name="principal_switch",
    ),
]
