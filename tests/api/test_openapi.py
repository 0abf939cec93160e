"""The description is true, and its page loads nothing from outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pydantic import BaseModel

from exports.api.api import api
from exports.api.scopes import BY_SESSION, FOR_EVERYBODY, SCOPES
from exports.domain.requests import ExportRequest

OPERATIONS = {
    "audit_list",
    "collection_change",
    "collection_create",
    "collection_delete",
    "collection_documents",
    "collection_get",
    "collection_list",
    "collection_refresh",
    "export_cancel",
    "export_create",
    "export_delete",
    "export_download",
    "export_download_head",
    "export_errors",
    "export_get",
    "export_hold",
    "export_keep",
    "export_link",
    "export_list",
    "export_preview",
    "export_release",
    "export_retry",
    "export_rows",
    "key_create",
    "key_list",
    "key_revoke",
    "member_add",
    "member_change",
    "member_get",
    "member_list",
    "member_remove",
    "principal_change",
    "principal_create",
    "principal_delete",
    "principal_get",
    "principal_list",
    "signing_key_list",
    "template_change",
    "template_create",
    "template_delete",
    "template_get",
    "template_list",
    "template_run",
    *("delivery_list", "delivery_retry", "webhook_secret_get", "webhook_secret_rotate"),
    "usage_get",
}
# Which a signed link opens too.
BY_LINK = {"export_download", "export_download_head"}


@pytest.fixture
def described(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def calls(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        call["operationId"]: call
        for path in described["paths"].values()
        for method, call in path.items()
        if method != "parameters"
    }


def test_the_names_of_the_operations_do_not_change(described: dict[str, Any]) -> None:
    assert set(calls(described)) == OPERATIONS


def test_every_call_tells_the_ways_in_and_the_scopes(described: dict[str, Any]) -> None:
    session: dict[str, list[str]] = {"BrowserSession": []}

    found = {
        name: each["security"] for name, each in calls(described).items() if "security" in each
    }
    by_key = {
        name: [{"BearerKey": [str(each) for each in scopes]}, session]
        for name, scopes in SCOPES.items()
    }
    by_link = {name: [{"SignedLink": []}, *by_key[name]] for name in BY_LINK}
    assert found == by_key | by_link | {name: [session] for name in BY_SESSION}
    assert described["components"]["securitySchemes"] == {
        "BearerKey": {"type": "http", "scheme": "bearer"},
        "BrowserSession": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        "SignedLink": {"type": "apiKey", "in": "query", "name": "link"},
    }
    assert calls(described)["export_preview"]["description"].endswith(
        "A key needs `exports:write` and `downloads:read`."
    )


def test_every_call_lists_the_problems_in_which_it_can_end(described: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/responses/Problem"}
    later = {"$ref": "#/components/responses/Later"}
    for name, call in calls(described).items():
        told = {int(status): each for status, each in call["responses"].items() if "$ref" in each}
        assert told.pop(503) == later
        if name not in FOR_EVERYBODY:
            assert told.pop(429) == later
            assert {400, 401, 403, 404, 422} <= set(told)
        assert {400, 413, 415} <= set(told) or "requestBody" not in call
        assert list(told.values()) == [problem] * len(told)


def test_no_two_schemas_have_one_name() -> None:
    found: dict[str, Any] = {}
    views = [view for _, router in api._routers for view in router.path_operations.values()]
    for operation in (each for view in views for each in view.operations):
        for model in operation.response_models.values():
            if isinstance(model, type) and issubclass(model, BaseModel):
                for name, said in model.model_json_schema(mode="serialization")["$defs"].items():
                    assert found.setdefault(name, said) == said


def test_the_body_of_create_is_that_which_is_checked(described: dict[str, Any]) -> None:
    body = calls(described)["export_create"]["requestBody"]["content"]["application/json"]

    assert body["schema"] == {"$ref": "#/components/schemas/ExportRequest"}
    schema = described["components"]["schemas"]["ExportRequest"]
    assert set(schema["properties"]) == set(ExportRequest.model_fields)
    ExportRequest.model_validate(schema["example"])


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for reference in set(re.findall(r"'\$ref': '#/([^']+)'", str(described))):
        node = described
        for part in reference.split("/"):
            node = node[part]
        assert node


def test_the_page_loads_nothing_from_outside(client: Client) -> None:
    answer = client.get("/api/v1/docs")
    page = answer.content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert {each.split("/")[1] for each in loaded} == {"static"}
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


def test_the_page_has_no_inline_script_or_style(client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()

    # A block of JSON is data: nothing runs it.
    assert re.findall(r"<script(?![^>]* src=)([^>]*)>", page) == [
        ' type="application/json" id="swagger-settings"'
    ]
    assert "<style" not in page
    assert "style=" not in page
