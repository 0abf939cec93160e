"""The addresses of the pages. The workspace comes first in each; none ends in a slash."""

from __future__ import annotations

from django.urls import path, register_converter

from exports.web.converters import (
    DeliveryConverter,
    HistoryFormConverter,
    KeyConverter,
    MemberConverter,
    PrincipalConverter,
    TemplateConverter,
    UidConverter,
    WorkspaceConverter,
)
from exports.web.views.after import after, delivery_again, webhooks, webhooks_rotate
from exports.web.views.beside import copy, preview, values
from exports.web.views.collection_edit import (
    collection_edit,
    collection_fields,
    collection_refreshing,
    collection_removal,
)
from exports.web.views.collection_new import (
    collection_browse,
    collection_location,
    collection_new,
)
from exports.web.views.collections import collection, collections
from exports.web.views.create import create
from exports.web.views.documents import documents, picture
from exports.web.views.export import cancel, delete, export, link, rows
from exports.web.views.exports import exports, several
from exports.web.views.history import history, history_export
from exports.web.views.keeping import hold, keep, release, retry
from exports.web.views.keys import key_new, key_revocation, keys
from exports.web.views.members import member, member_new, member_removal, members
from exports.web.views.operations import operations
from exports.web.views.principals import (
    principal,
    principal_deletion,
    principal_new,
    principal_switch,
    principals,
)
from exports.web.views.settings import settings
from exports.web.views.start import start, workspace
from exports.web.views.statistics import statistics
from exports.web.views.templates import (
    template,
    template_edit,
    template_new,
    template_removal,
    template_start,
    templates,
)

register_converter(WorkspaceConverter, "workspace")
register_converter(UidConverter, "uid")
register_converter(HistoryFormConverter, "form")
register_converter(KeyConverter, "key")
register_converter(DeliveryConverter, "delivery")
register_converter(MemberConverter, "member")
register_converter(PrincipalConverter, "principal")
register_converter(TemplateConverter, "template")

app_name = "web"
urlpatterns = [
    path("", start, name="start"),
    path("<workspace:namespace>", workspace, name="workspace"),
    path("<workspace:namespace>/exports", exports, name="exports"),
    path("<workspace:namespace>/exports/new", create, name="create"),
    path("<workspace:namespace>/exports/several", several, name="several"),
    path("<workspace:namespace>/exports/new/preview", preview, name="create_preview"),
    path("<workspace:namespace>/exports/new/copy", copy, name="create_copy"),
    path("<workspace:namespace>/exports/new/values", values, name="create_values"),
    path("<workspace:namespace>/exports/<uid:uid>", export, name="export"),
    path("<workspace:namespace>/exports/<uid:uid>/link", link, name="link"),
    path("<workspace:namespace>/exports/<uid:uid>/rows", rows, name="rows"),
    path("<workspace:namespace>/exports/<uid:uid>/cancel", cancel, name="cancel"),
    path("<workspace:namespace>/exports/<uid:uid>/delete", delete, name="delete"),
    path("<workspace:namespace>/exports/<uid:uid>/retry", retry, name="retry"),
    path("<workspace:namespace>/exports/<uid:uid>/keep", keep, name="keep"),
    path("<workspace:namespace>/exports/<uid:uid>/hold", hold, name="hold"),
    path("<workspace:namespace>/exports/<uid:uid>/release", release, name="release"),
    path("<workspace:namespace>/templates", templates, name="templates"),
    path("<workspace:namespace>/templates/new", template_new, name="template_new"),
    path("<workspace:namespace>/templates/<template:uid>", template, name="template"),
    path(
        "<workspace:namespace>/templates/<template:uid>/edit", template_edit, name="template_edit"
    ),
    path(
        "<workspace:namespace>/templates/<template:uid>/delete",
        template_removal,
        name="template_removal",
    ),
    path(
        "<workspace:namespace>/templates/<template:uid>/run", template_start, name="template_start"
    ),
    path("<workspace:namespace>/exports/<uid:uid>/after", after, name="after"),
    path(
        "<workspace:namespace>/exports/<uid:uid>/deliveries/<delivery:delivery>/retry",
        delivery_again,
        name="delivery_again",
    ),
    path("<workspace:namespace>/webhooks", webhooks, name="webhooks"),
    path("<workspace:namespace>/webhooks/rotate", webhooks_rotate, name="webhooks_rotate"),
    path("<workspace:namespace>/collections", collections, name="collections"),
    path("<workspace:namespace>/collections/new", collection_new, name="collection_new"),
    path(
        "<workspace:namespace>/collections/new/browse", collection_browse, name="collection_browse"
    ),
    path(
        "<workspace:namespace>/collections/new/location",
        collection_location,
        name="collection_location",
    ),
    path("<workspace:namespace>/collections/<str:name>", collection, name="collection"),
    path(
        "<workspace:namespace>/collections/<str:name>/edit", collection_edit, name="collection_edit"
    ),
    path(
        "<workspace:namespace>/collections/<str:name>/fields",
        collection_fields,
        name="collection_fields",
    ),
    path(
        "<workspace:namespace>/collections/<str:name>/refresh",
        collection_refreshing,
        name="collection_refresh",
    ),
    path(
        "<workspace:namespace>/collections/<str:name>/delete",
        collection_removal,
        name="collection_delete",
    ),
    path("<workspace:namespace>/collections/<str:name>/documents", documents, name="documents"),
    path("<workspace:namespace>/collections/<str:name>/documents/picture", picture, name="picture"),
    path("<workspace:namespace>/collections/<str:name>/statistics", statistics, name="statistics"),
    path("<workspace:namespace>/history", history, name="history"),
    path("<workspace:namespace>/history/export.<form:form>", history_export, name="history_export"),
    path("<workspace:namespace>/operations", operations, name="operations"),
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
    path(
        "<workspace:namespace>/principals/<principal:principal>/delete",
        principal_deletion,
        name="principal_deletion",
    ),
    path("<workspace:namespace>/keys", keys, name="keys"),
    path("<workspace:namespace>/keys/new", key_new, name="key_new"),
    path("<workspace:namespace>/keys/<key:key>/revoke", key_revocation, name="key_revocation"),
    path("<workspace:namespace>/settings", settings, name="settings"),
]
