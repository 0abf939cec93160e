"""The REST interface, and its description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from exports.api import (
    audit,
    collections,
    deliveries,
    documents,
    exports,
    files,
    keeping,
    keys,
    members,
    previews,
    principals,
    rows,
    signing,
    templates,
    usage,
    webhooks,
)
from exports.api.auth import BearerKey, BrowserSession
from exports.api.collection_schemas import CollectionChange, CollectionIn
from exports.api.describing import NAMESPACE, RESPONSES, call_describe
from exports.api.handlers import handlers_install
from exports.api.schemas import Problem
from exports.domain.requests import ExportRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

_ABOUT = """
Exports documents of a collection into files, in the background.

Every call happens in one workspace: the key's own, or the one that `X-Namespace` or
`?namespace=` names by its slug or id. Every error is `application/problem+json`.
"""


class WaybillAPI(NinjaAPI):
    """ninja's API, whose description also tells what all calls share."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        components = schema["components"]
        components["schemas"].update(_written_by_hand())
        components["parameters"] = NAMESPACE
        components["responses"] = RESPONSES
        for calls in schema["paths"].values():
            for call in calls.values():
                call_describe(call)
            calls["parameters"] = [{"$ref": f"#/components/parameters/{n}"} for n in NAMESPACE]
        return schema


def _written_by_hand() -> dict[str, Any]:
    """The schemas of what ninja does not know of: problems, and bodies that we read ourselves."""
    found: dict[str, Any] = {}
    for model in (Problem, ExportRequest, CollectionIn, CollectionChange):
        schema = model.model_json_schema(ref_template=REF_TEMPLATE)
        found |= {**schema.pop("$defs"), model.__name__: schema}
    return found


def _only_read(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    # Exempt, so that another method is told that it is none, rather than to send a token.
    return csrf_exempt(require_safe(view))


api = WaybillAPI(
    title="Waybill",
    version="1",
    description=_ABOUT,
    urls_namespace="api",
    docs_decorator=_only_read,
    auth=[BearerKey(), BrowserSession()],
)
handlers_install(api)
api.add_router("/exports/preview", previews.router)  # before what would take it for an id
api.add_router("/exports", exports.router)
api.add_router("/exports", keeping.router)
api.add_router("/exports", files.router)
api.add_router("/exports", rows.router)
api.add_router("/exports", deliveries.router)
api.add_router("/webhook-secret", webhooks.router)
api.add_router("/usage", usage.router)
api.add_router("/collections", collections.router)
api.add_router("/collections", documents.router)
api.add_router("/principals", principals.router)
api.add_router("/members", members.router)
api.add_router("/templates", templates.router)
api.add_router("/audit", audit.router)
api.add_router("/keys", keys.router)
api.add_router("/signing-keys", signing.router)
