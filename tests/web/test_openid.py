"""Signing in with an account elsewhere, through a real provider over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.core.cache import cache

from config.settings.accounts import oidc_providers
from exports.models import AuditDetail, AuditEvent, User
from tests.openid import CLIENT_ID, CLIENT_SECRET, Provider, openid_provider
from tests.web.conftest import Browser
from tests.web.reading import one, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN, CALLBACK = "/account/openid/login/", "/account/openid/callback/"
ADA = {"sub": "42", "email": "Ada@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def _provider() -> Iterator[Provider]:
    with openid_provider() as provider:
        yield provider


@pytest.fixture
def provider(_provider: Provider, settings: Any, db: None) -> Iterator[Provider]:
    _provider.claims, _provider.answers = dict(ADA), {}
    settings.OIDC_NAME = "Example ID"
    settings.SOCIALACCOUNT_PROVIDERS = oidc_providers(
        _provider.url, "Example ID", CLIENT_ID, CLIENT_SECRET
    )
    cache.clear()
    yield _provider
    cache.clear()


def come_back(browser: Browser, **query: str) -> Any:
    """Goes there as a browser does, and comes back with what the provider says."""
    there = browser.client.get(LOGIN, query)
    assert there.status_code == 302
    back = httpx.get(there.headers["Location"]).headers["Location"]
    assert back.startswith(f"http://testserver{CALLBACK}")
    return browser.client.get(back.removeprefix("http://testserver"))


def last() -> tuple[str, str, dict[str, Any]]:
    event = AuditEvent.objects.filter(namespace_id=None).latest("pk")
    return event.action, event.actor, AuditDetail.objects.get(event_id=event.pk).said


def test_whom_we_know_gets_in_and_keeps_his_password(
    as_nobody: Browser, provider: Provider, ada: User
) -> None:
    html = as_nobody.get("/account/login/", next="/demo/history")
    assert one(html, "a", class_="other-way").text == "Sign in with Example ID"
    href = one(html, "a", class_="other-way").attributes["href"]

    answer = come_back(as_nobody, next=href.partition("?next=")[2])

    assert answer.headers["Location"] == "/demo/history"
    assert as_nobody.status("/demo/history") == 200
    assert last() == ("person.signed_in", "ada@example.org", {"how": "openid"})
    before, ada_now = ada.password, User.objects.get()
    assert ada_now.password == before


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"email": "new@example.org"}, "You have no account here yet"),
        ({"email_verified": False}, "Your address is not confirmed"),
        ({"email_verified": "false"}, "Your address is not confirmed"),
        ({"email": "a\0da@example.org"}, "Your address is not confirmed"),
        ({"email": None}, "Your address is not confirmed"),
    ],
)
def test_nobody_else_does(
    as_nobody: Browser, provider: Provider, ada: User, claims: dict[str, Any], says: str
) -> None:
    provider.claims |= claims
    answer = come_back(as_nobody)

    assert answer.status_code == 403
    assert texts(answer.content.decode(), "h1") == [says]
    assert as_nobody.status("/demo/exports") == 302
    assert list(User.objects.all()) == [ada]
    assert last()[0] == "person.sign_in_failed"


def test_an_account_that_is_switched_off_stays_out(
    as_nobody: Browser, provider: Provider, ada: User
) -> None:
    User.objects.update(is_active=False)

    assert come_back(as_nobody).headers["Location"] == "/account/inactive/"
    assert as_nobody.status("/demo/exports") == 302


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("token", (500, {})),
        ("token", (200, {"error": "invalid_grant"})),
        ("token", (200, {"access_token": "open", "id_token": "no.token.atall"})),
        ("token", (200, {"access_token": "open", "expires_in": "soon"})),
        ("token", (200, [])),
        ("userinfo", (200, {"email": "ada@example.org", "email_verified": True})),
        ("userinfo", (200, ["x"])),
        ("userinfo", (503, {})),
        ("userinfo", (200, {**ADA, "sub": "x" * 2000})),
    ],
)
def test_a_provider_that_goes_astray_is_told_so(
    as_nobody: Browser, provider: Provider, ada: User, name: str, answer: tuple[int, Any]
) -> None:
    provider.answers[name] = answer
    got = come_back(as_nobody)

    assert got.status_code == 401
    assert texts(got.content.decode(), "h1") == ["Signing in did not work"]
    assert as_nobody.status("/demo/exports") == 302


@pytest.mark.parametrize("answer", [(404, {}), (200, []), (200, {}), (200, "text")])
def test_one_that_does_not_say_where_to_go_neither(
    as_nobody: Browser, provider: Provider, answer: tuple[int, Any]
) -> None:
    provider.answers["openid-configuration"] = answer
    got = as_nobody.client.get(LOGIN)

    assert got.status_code == 401
    assert "Example ID did not answer as it should" in got.content.decode()


def test_a_token_for_somebody_else_opens_nothing(
    as_nobody: Browser, provider: Provider, ada: User
) -> None:
    provider.claims |= {"aud": "another-service"}

    assert come_back(as_nobody).status_code == 401


@pytest.mark.parametrize(
    "query", [{}, {"state": "made-up", "code": "x"}, {"code": "x"}, {"state": "\0", "error": "x"}]
)
def test_who_was_not_sent_there_does_not_come_back(
    as_nobody: Browser, provider: Provider, query: dict[str, str]
) -> None:
    assert as_nobody.status(CALLBACK, **query) == 401


def test_who_stops_there_is_told_so(as_nobody: Browser, provider: Provider) -> None:
    there = as_nobody.client.get(LOGIN).headers["Location"]
    state = httpx.URL(there).params["state"]
    answer = as_nobody.client.get(CALLBACK, {"state": state, "error": "access_denied"}, follow=True)

    assert texts(answer.content.decode(), "h1") == ["You are not signed in"]


def test_nobody_ties_his_account_to_another_one(
    as_ada: Browser, provider: Provider, ada: User
) -> None:
    provider.claims["email"] = "eve@evil.example"

    assert come_back(as_ada, process="connect").status_code == 401
    assert come_back(as_ada, process="redirect").status_code == 401


def test_the_second_factor_is_still_asked_for(
    as_nobody: Browser, provider: Provider, ada: User
) -> None:
    from tests.web.test_second_factor import switched_on

    switched_on(ada)

    assert come_back(as_nobody).headers["Location"] == "/account/second-factor/code/"
    assert as_nobody.status("/demo/exports") == 302


def test_it_is_limited_as_other_tries_are(as_nobody: Browser, provider: Provider) -> None:
    answers = [as_nobody.status(LOGIN) for _ in range(61)]

    assert answers == [302] * 60 + [429]


def test_without_a_provider_there_is_no_such_way(as_nobody: Browser) -> None:
    assert "or" not in texts(as_nobody.get("/account/login/"), "p")
    for path in (LOGIN, CALLBACK):
        assert as_nobody.client.get(path).headers["Location"] == "/account/login/"
