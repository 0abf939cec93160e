"""The start page, and what a superuser leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.domain.audit import SYSTEM
from exports.domain.members import member_add
from exports.models import AuditEvent, Namespace, User
from tests.web.conftest import Browser
from tests.web.reading import elements, texts

if TYPE_CHECKING:
    import pytest


def test_it_leads_to_the_only_workspace(as_ada: Browser, other: Namespace) -> None:
    assert as_ada.client.get("/").headers["Location"] == "/demo/exports"
    assert as_ada.client.get("/demo").headers["Location"] == "/demo/exports"


def test_of_several_one_is_chosen(as_ada: Browser, ada: User, other: Namespace) -> None:
    member_add(namespace=other, user=ada, role="auditor", actor=SYSTEM)
    html = as_ada.get("/")

    links = [each.attributes["href"] for each in elements(html, "a")]
    assert [link for link in links if link.endswith("/exports")] == [
        "/demo/exports",
        "/other/exports",
    ]
    assert texts(as_ada.get("/other/exports"), "ul", id="workspaces") == [
        "Demo Other , where you are"
    ]


def test_without_a_workspace_it_says_how_to_get_into_one(demo: Namespace) -> None:
    html = Browser(User.objects.create_user("new@example.org", "x")).get("/")

    assert texts(html, "h1") == ["No workspace yet"]
    assert demo.name not in html


def test_a_superuser_enters_on_the_record_once(demo: Namespace, other: Namespace) -> None:
    root = User.objects.create_superuser("root@example.org", "x")
    browser = Browser(root)

    for path in ("/demo/exports", "/demo/history", "/other/exports", "/demo/exports"):
        browser.get(path)

    entered = AuditEvent.objects.filter(action="superuser.entered").order_by("pk")
    assert list(entered.values_list("namespace_id", "actor")) == [
        (demo.pk, "root@example.org"),
        (other.pk, "root@example.org"),
    ]


def test_he_enters_nothing_that_is_not_there(db: None, caplog: pytest.LogCaptureFixture) -> None:
    browser = Browser(User.objects.create_superuser("root@example.org", "x"))

    assert browser.status("/nowhere/exports") == 404
    assert not AuditEvent.objects.exists()
