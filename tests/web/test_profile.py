"""One's own profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.models import AuditEvent, Namespace, User
from tests.conftest import PASSWORD, made_key
from tests.web.conftest import Browser
from tests.web.reading import one, texts

if TYPE_CHECKING:
    from typing import Any

PATH = "/account/profile"


def test_it_says_who_one_is_and_what_one_has(
    as_nobody: Browser, eve: User, demo: Namespace
) -> None:
    made_key(demo, eve, "exports:read")
    as_nobody.post("/account/login/", login=eve.email, password=PASSWORD)
    html = as_nobody.get(PATH)

    assert texts(html, "p", class_="lead") == ["eve@example.org"]
    signed, role, key = (each for each in texts(html, "li") if each)
    assert signed == "Signed in from 127.0.0.1 just now"
    assert (role, key) == ("Demo Exporter", "test Demo, ends in 365 days")
    assert one(html, "a", href="/demo/keys").text == "test"


@pytest.mark.parametrize("name", ["Eve", "", "Ève 🦉", "<b>Eve</b>"])
def test_one_changes_ones_name(as_eve: Browser, eve: User, name: str) -> None:
    as_eve.post(PATH, name=name)

    eve.refresh_from_db()
    assert eve.name == name
    assert one(as_eve.get(PATH), "input", name="name").attributes.get("value", "") == name
    renamed = AuditEvent.objects.filter(action="person.renamed").count()
    assert renamed == (1 if name else 0)


@pytest.mark.parametrize("name", ["x" * 101, "a\0b", "a\nb", "\u202eevE"])
def test_what_is_no_name_is_refused(as_eve: Browser, eve: User, name: str) -> None:
    html = as_eve.post(PATH, name=name).content.decode()

    assert one(html, "ul", class_="errorlist").attributes["id"] == "id_name_error"
    eve.refresh_from_db()
    assert eve.name == ""


def test_one_signs_out_everywhere_else(as_eve: Browser, eve: User) -> None:
    elsewhere = Browser(eve)
    path = "/account/sessions/end"
    assert texts(as_eve.get(path), "h1") == ["Sign out everywhere else?"]
    assert elsewhere.status(PATH) == 200

    as_eve.post(path)

    assert (as_eve.status(PATH), elsewhere.status(PATH)) == (200, 302)
    assert AuditEvent.objects.latest("pk").action == "person.sessions_ended"


def test_who_has_no_password_is_told_how_to_get_one(as_eve: Browser, eve: User) -> None:
    eve.set_unusable_password()
    eve.save()
    as_eve.client.force_login(eve)

    assert texts(as_eve.get("/account/password/change/"), "h1") == ["Forgotten the password"]


def test_it_asks_as_much_for_many_keys_as_for_one(
    as_eve: Browser, eve: User, demo: Namespace, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        made_key(demo, eve, "exports:read")
        made_key(demo, eve, "exports:read")
        with django_assert_num_queries(7):
            as_eve.get(PATH)


def test_fifty_workspaces_can_be_looked_through(db: None) -> None:
    for each in range(50):
        Namespace.objects.create(slug=f"w{each}", name=f"W {each}")
    root = Browser(User.objects.create_superuser("root@example.org", PASSWORD))

    for path in ("/", "/w0/exports"):
        html = root.get(path)
        assert one(html, "input", type="search").attributes["data-look-in"] == "workspaces"
        assert one(html, "ul", id="workspaces").text.count("W ") == 50
