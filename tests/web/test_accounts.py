"""Signing in and out, on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client

from exports.models import AuditEvent, User
from tests.conftest import PASSWORD
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _no_tries_yet(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def events() -> list[tuple[str, str, str]]:
    """What the installation's own history says."""
    found = AuditEvent.objects.filter(namespace_id=None).order_by("pk")
    return list(found.values_list("action", "actor", "address"))


def test_signing_in_leads_to_the_only_workspace(as_nobody: Browser, ada: User) -> None:
    response = as_nobody.client.post(
        LOGIN, {"login": "ADA@example.org", "password": PASSWORD}, follow=True
    )

    assert [where for where, _ in response.redirect_chain] == ["/", "/demo/exports"]
    assert events() == [("person.signed_in", "ada@example.org", "127.0.0.1")]


def test_signing_in_leads_to_the_page_that_was_asked_for(as_nobody: Browser, ada: User) -> None:
    asked = as_nobody.client.get("/demo/history", {"who": "x"})
    assert asked.headers["Location"] == "/account/login/?next=/demo/history%3Fwho%3Dx"

    form = as_nobody.get(asked.headers["Location"])
    following = one(form, "input", name="next").attributes["value"]
    answer = as_nobody.post(LOGIN, login=ada.email, password=PASSWORD, next=following)

    assert answer.headers["Location"] == "/demo/history?who=x"


def test_it_leads_to_no_other_site(as_nobody: Browser, ada: User) -> None:
    answer = as_nobody.post(LOGIN, login=ada.email, password=PASSWORD, next="https://evil.example")

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_a_wrong_password_says_the_same_whether_the_person_exists(
    as_nobody: Browser, ada: User, email: str
) -> None:
    html = as_nobody.post(LOGIN, login=email, password="wrong").content.decode()

    assert one(html, role="alert").text.startswith(
        "The e-mail address and the password do not belong together."
    )
    assert one(html, "input", name="login").attributes["value"] == email
    assert "autofocus" in one(html, "input", name="password").attributes
    assert events() == [("person.sign_in_failed", email, "127.0.0.1")]


def test_too_many_tries_are_told_so(as_nobody: Browser, ada: User) -> None:
    for _ in range(5):
        as_nobody.post(LOGIN, login=ada.email, password="wrong")
    response = as_nobody.post(LOGIN, login=ada.email, password=PASSWORD)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "600"
    assert texts(response.content.decode(), "h1") == ["Too many tries"]
    assert len(events()) == 5


def test_an_account_that_is_switched_off_stays_out(as_nobody: Browser, ada: User) -> None:
    User.objects.update(is_active=False)
    response = as_nobody.client.post(LOGIN, {"login": ada.email, "password": PASSWORD}, follow=True)

    assert texts(response.content.decode(), "h1") == ["This account is switched off"]
    assert as_nobody.status("/demo/exports") == 302
    assert events() == [("person.sign_in_failed", ada.email, "127.0.0.1")]


def test_signing_out_asks_first(as_ada: Browser) -> None:
    assert texts(as_ada.get("/account/logout/"), "h1") == ["Sign out?"]
    assert as_ada.status("/demo/exports") == 200

    assert as_ada.post("/account/logout/").headers["Location"] == LOGIN
    assert as_ada.status("/demo/exports") == 302
    assert events()[-1] == ("person.signed_out", "ada@example.org", "127.0.0.1")


def test_one_changes_his_own_password(as_ada: Browser, ada: User) -> None:
    change = "/account/password/change/"
    short = as_ada.post(change, oldpassword=PASSWORD, password1="short", password2="short")
    assert "at least 12 characters" in one(short.content.decode(), "ul", class_="errorlist").text

    new = "another fine horse"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    as_ada.client.post(change, sent, REMOTE_ADDR="192.0.2.7")

    ada.refresh_from_db()
    assert ada.check_password(new)
    assert events()[-1] == ("person.password_changed", "ada@example.org", "192.0.2.7")


def test_nobody_signs_up_by_himself(as_nobody: Browser) -> None:
    assert "made by an administrator" in as_nobody.get("/account/signup/")
    data = {"email": "eve@evil.example", "password1": PASSWORD}
    assert as_nobody.post("/account/signup/", **data).status_code == 405
    assert not User.objects.exists()


def test_no_mail_is_promised(as_nobody: Browser) -> None:
    html = as_nobody.get("/account/password/reset/")

    assert "Waybill sends no mail" in html
    assert elements(html, "form") == []


def test_a_form_from_before_signing_in_is_refused_kindly(ada: User) -> None:
    response = Client(enforce_csrf_checks=True).post(LOGIN, {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert texts(response.content.decode(), "h1") == ["That form is no longer valid"]


@pytest.mark.parametrize(
    "login", ["", "no address", "a\0b@example.org", "x" * 300 + "@example.org"]
)
def test_nonsense_is_no_failure_of_ours(as_nobody: Browser, login: str) -> None:
    response = as_nobody.post(LOGIN, login=login, password="\0")

    assert response.status_code == 200
    assert elements(response.content.decode(), aria_invalid="true")
