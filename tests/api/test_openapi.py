"""The description is true, and its page loads nothing from outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

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
FOR_EVERYBODY = {"signing_key_list"}


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


def test_every_call_needs_a_key_or_a_session(described: dict[str, Any]) -> None:
    ways: list[dict[str, list[str]]] = [{"BearerKey": []}, {"BrowserSession": []}]

    found = {
        name: each["security"] for name, each in calls(described).items() if "security" in each
    }
    assert found == {
        name: [{"SignedLink": []}, *ways] if name in BY_LINK else ways
        for name in OPERATIONS - FOR_EVERYBODY
    }
    assert described["components"]["securitySchemes"] == {
        "BearerKey": {"type": "http", "scheme": "bearer"},
        "BrowserSession": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        "SignedLink": {"type": "apiKey", "in": "query", "name": "link"},
    }


def test_every_call_can_end_in_a_problem(described: dict[str, Any]) -> None:
    for call in calls(described).values():
        assert call["responses"]["default"] == {"$ref": "#/components/responses/Problem"}


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
