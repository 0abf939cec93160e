"""What the description says of all calls alike: scopes, errors, and how a workspace is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exports.api.problems import CONTENT_TYPE
from exports.api.scopes import BY_SESSION, FOR_EVERYBODY, SCOPES, scopes_told

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMESPACE = {
    "Namespace": {
        "name": "X-Namespace",
        "in": "header",
        "description": "The workspace, by slug or id. Without it: the key's own.",
        "schema": {"type": "string"},
    },
    "NamespaceQuery": {
        "name": "namespace",
        "in": "query",
        "description": "The same as `X-Namespace`, for links.",
        "schema": {"type": "string"},
    },
}

_PROBLEM = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Send it again in so many seconds.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[1-9][0-9]*$"},
    }
}
RESPONSES: dict[str, Any] = {
    "Problem": {
        "description": "What is wrong, and what to do about it.",
        "content": _PROBLEM,
    },
    "Later": {
        "description": "Not now: the same request may succeed in a moment.",
        "content": _PROBLEM,
        "headers": _RETRY_AFTER,
    },
}

# What every address can answer: 400 also to what no address can be read out of.
_ALL = {400}
_CALLERS = {401, 403, 404, 422}
_BODY = {413, 415}
_LATER = {429, 503}

_STATE, _GONE, _RANGE = 409, 410, 416
_OTHERS: dict[str, set[int]] = {
    "collection_change": {_STATE},
    "collection_create": {_STATE},
    "collection_delete": {_STATE},
    "collection_documents": {_STATE},
    "collection_refresh": {_STATE},
    "delivery_list": {_GONE},
    "delivery_retry": {_STATE, _GONE},
    "export_cancel": {_STATE, _GONE},
    "export_create": {_STATE},
    "export_delete": {_STATE, _GONE},
    "export_download": {_GONE, _RANGE},
    "export_download_head": {_GONE},
    "export_errors": {_STATE, _GONE},
    "export_get": {_GONE},
    "export_hold": {_STATE, _GONE},
    "export_keep": {_STATE, _GONE},
    "export_link": {_GONE},
    "export_preview": {_STATE},
    "export_release": {_STATE, _GONE},
    "export_retry": {_STATE, _GONE},
    "export_rows": {_STATE, _GONE, _RANGE},
    "member_add": {_STATE},
    "member_change": {_STATE},
    "member_remove": {_STATE},
    "principal_delete": {_STATE},
    "template_create": {_STATE},
    "template_change": {_STATE},
    "template_run": {_STATE},
}

# Where the id in an answer leads: its status, the parameter that takes it, and the operations.
_LEADS: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "export_create": (
        202,
        "uid",
        (
            *("export_get", "export_cancel", "export_delete", "export_retry", "export_hold"),
            *("export_release", "delivery_list", "export_rows", "export_errors"),
        ),
    ),
    "export_retry": (202, "uid", ("export_get", "export_cancel")),
    "template_run": (202, "uid", ("export_get", "export_cancel")),
    "template_create": (
        201,
        "uid",
        ("template_get", "template_change", "template_run", "template_delete"),
    ),
    "collection_create": (
        202,
        "reference",
        (
            *("collection_get", "collection_change", "collection_refresh", "collection_delete"),
            "collection_documents",
        ),
    ),
    "principal_create": (
        201,
        "reference",
        ("principal_get", "principal_change", "principal_delete"),
    ),
    "member_add": (201, "uid", ("member_get", "member_change", "member_remove")),
    "key_create": (201, "uid", ("key_revoke",)),
}


def call_describe(call: dict[str, Any]) -> None:
    """Adds to one operation of the description what it shares with others."""
    name = call["operationId"]
    told = [call.get("description", ""), scopes_told(name)]
    call["description"] = "\n\n".join(each for each in told if each)
    if name in _LEADS:
        status, parameter, operations = _LEADS[name]
        call["responses"][status]["links"] = {
            each: {"operationId": each, "parameters": {parameter: "$response.body#/id"}}
            for each in operations
        }
    call["responses"] |= _errors(name, has_body="requestBody" in call)
    if name in BY_SESSION:
        call["security"] = [{"BrowserSession": []}]
    elif name not in FOR_EVERYBODY:
        call["security"] = [_with_scopes(each, SCOPES[name]) for each in call["security"]]


def _with_scopes(way: dict[str, list[str]], scopes: Iterable[str]) -> dict[str, list[str]]:
    return {"BearerKey": [str(each) for each in scopes]} if "BearerKey" in way else way


def _errors(name: str, *, has_body: bool) -> dict[int, dict[str, str]]:
    known = _ALL | _OTHERS.get(name, set()) | (_BODY if has_body else set())
    later = {503}
    if name not in FOR_EVERYBODY:
        known |= _CALLERS
        later = _LATER
    answers = [(status, "Problem") for status in known] + [(status, "Later") for status in later]
    return {status: {"$ref": f"#/components/responses/{kind}"} for status, kind in sorted(answers)}
