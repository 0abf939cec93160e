"""The pages of API keys."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.models import ApiKey, Scope
from tests.api.conftest import Rest
from tests.conftest import made_key
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from exports.models import Collection, Namespace, Principal, User

LIST, NEW = "/demo/keys", "/demo/keys/new"


def tomorrow() -> str:
    return (timezone.now() + timedelta(days=1)).date().isoformat()


def test_without_any_it_says_what_one_is_for(as_eve: Browser) -> None:
    assert texts(as_eve.get(LIST), "h2") == ["No key yet"]


def test_one_is_made_shown_once_and_works(
    as_ada: Browser, trips: Collection, planes: Collection, ua: Principal
) -> None:
    response = as_ada.post(
        NEW,
        label="nightly",
        scopes=["exports:read", "exports:write"],
        expires_at=tomorrow(),
        principal="UA",
        collections=["trips"],
    )

    html, key = response.content.decode(), ApiKey.objects.get()
    text = one(html, "code", id="secret").text
    assert "no-store" in response.headers["Cache-Control"]
    assert 'Bearer $WAYBILL_API_KEY" http://testserver/api/v1/exports' in one(html, "pre").text
    assert (key.collections, key.principal, key.scopes) == (
        [trips.uid],
        ua,
        ["exports:read", "exports:write"],
    )
    assert key.expires_at.isoformat() == f"{tomorrow()}T23:59:59+00:00"
    made = Rest(text).post("/exports", {"collection": "trips"})
    assert made.json()["principal"]["name"] == "UA"
    listed = as_ada.get(LIST)
    assert text.split("_")[2] not in listed
    may = texts(listed, "td", class_="only-wide")[0]
    assert may == "exports:read exports:write as UA only trips"


def test_a_reload_of_the_page_that_shows_it_makes_no_second_one(as_ada: Browser) -> None:
    mark = one(as_ada.get(NEW), "input", name="once").attributes["value"]
    asked = {"label": "nightly", "scopes": ["admin"], "expires_at": tomorrow(), "once": mark}
    too_long = {**asked, "expires_at": "2099-01-01"}
    # What was refused, by the form or behind it, may be sent again, and is refused again.
    refused = [{**asked, "label": ""}, too_long, too_long]
    assert [as_ada.post(NEW, **each).status_code for each in refused] == [200] * 3

    codes = [as_ada.post(NEW, **asked).status_code for _ in range(2)]

    assert codes == [200, 302]
    assert ApiKey.objects.count() == 1
    assert "no second key was made" in as_ada.get(LIST)
    # Back on the page and changed, it is another form.
    assert as_ada.post(NEW, **{**asked, "label": "weekly"}).status_code == 200
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"label": ""}, "label", "This cannot be empty."),
        ({"label": "a\tb"}, "label", "A label has 1 to 100 characters, no blank around them."),
        ({"scopes": []}, "scopes", "Choose at least one thing that the key may do."),
        (
            {"expires_at": "2001-01-01"},
            "expires_at",
            "A key ends in the future. Choose a later time.",
        ),
        (
            {"expires_at": "9999-12-31"},
            "expires_at",
            "A key lives for a year at most. End it sooner.",
        ),
        ({"expires_at": "soon"}, "expires_at", "Enter a valid date."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_has_the_focus(
    as_eve: Browser, change: dict[str, Any], field: str, says: str
) -> None:
    sent = {"label": "x", "scopes": ["exports:read"], "expires_at": tomorrow(), **change}
    html = as_eve.post(NEW, **sent).content.decode()

    assert texts(html, "ul", class_="errorlist") == [says]
    (focused,) = [e for e in elements(html, "input") if "autofocus" in e.attributes]
    assert focused.attributes["name"] == field
    assert not ApiKey.objects.exists()


def test_nobody_gives_away_what_he_does_not_have(as_eve: Browser, ua: Principal) -> None:
    html = as_eve.get(NEW)

    offered = [e.attributes["value"] for e in elements(html, "input", name="scopes")]
    assert offered == [Scope.EXPORTS_READ, Scope.EXPORTS_WRITE, Scope.DOWNLOADS_READ]
    assert elements(html, "select", name="principal") == []
    refused = as_eve.post(NEW, label="x", scopes=["admin"], expires_at=tomorrow())
    assert "admin" in one(refused.content.decode(), "ul", class_="errorlist").text
    assert not ApiKey.objects.exists()


def test_it_is_revoked_after_a_question(as_ada: Browser, eve: User, demo: Namespace) -> None:
    key, _ = made_key(demo, eve, "exports:read")
    path = f"{LIST}/{key.uid}/revoke"
    assert one(as_ada.get(path), "h1").text == "Revoke “test”?"

    assert as_ada.post(path).headers["Location"] == LIST

    key.refresh_from_db()
    assert key.revoked_at
    html = as_ada.get(LIST)
    assert "The key “test” opens nothing any more." in html
    assert texts(html, "h2") == ["No key that opens anything"]
    assert "1 key that is revoked or over" in texts(html, "summary")


def test_everybody_sees_his_own_and_an_admin_all(
    as_ada: Browser, as_eve: Browser, as_olaf: Browser, ada: User, eve: User, demo: Namespace
) -> None:
    keys = [made_key(demo, user, "exports:read")[0] for user in (ada, eve)]
    shown = re.compile(r"sk_(\w+)…")

    assert shown.findall(as_ada.get(LIST)) == [each.prefix for each in keys[::-1]]
    assert shown.findall(as_eve.get(LIST)) == [keys[1].prefix]
    assert as_eve.status(f"{LIST}/{keys[0].uid}/revoke") == 404
    assert as_eve.post(f"{LIST}/{keys[0].uid}/revoke").status_code == 404
    assert shown.findall(as_olaf.get("/other/keys")) == []
    assert ApiKey.objects.filter(revoked_at=None).count() == 2


def test_who_left_leaves_keys_that_open_nothing(
    as_ada: Browser, eve: User, demo: Namespace
) -> None:
    made_key(demo, eve, "exports:read")
    eve.memberships.all().delete()

    assert texts(as_ada.get(LIST), "span", class_="state") == ["Its owner is shut out"]


def test_it_asks_as_much_for_many_as_for_one(
    as_ada: Browser, ada: User, demo: Namespace, trips: Collection, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        made_key(demo, ada, collections=[trips])
        made_key(demo, ada, collections=[trips])
        with django_assert_num_queries(7):
            as_ada.get(LIST)
