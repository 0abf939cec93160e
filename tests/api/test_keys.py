"""API keys over REST: people make them, keys do not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.models import ApiKey, Scope
from tests.api.conftest import Answer, Rest, key_for, paths_of, signed_in
from tests.conftest import give, made_key

if TYPE_CHECKING:
    from exports.models import Collection, Namespace, Principal, User

WANTED = {"label": "nightly", "scopes": ["exports:read"]}


def ask(user: User, method: str, path: str, body: Any = None) -> Answer:
    """As the pages do: with the session and its token."""
    rest = signed_in(user, **{"X-Namespace": "demo"})
    rest.client.get("/demo/exports")
    rest.client.get("/demo/keys")
    token = rest.client.cookies["csrftoken"].value
    content = json.dumps(body).encode() if body is not None else b""
    return rest.send(method, path, content, X_CSRFToken=token)


def test_a_person_makes_one_and_sees_its_text_once(
    ada: User, trips: Collection, ua: Principal
) -> None:
    ends = (timezone.now() + timedelta(days=30)).replace(microsecond=0)
    body = {**WANTED, "expires_at": ends.isoformat(), "principal": "UA", "collections": ["trips"]}
    answer = ask(ada, "POST", "/keys", body)

    made, key = answer.json(), ApiKey.objects.get()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert made["key"].startswith(f"{made['prefix']}_")
    assert (key.owner, key.expires_at, key.principal) == (ada, ends, ua)
    assert (key.scopes, key.collections) == (["exports:read"], [trips.uid])
    (listed,) = ask(ada, "GET", "/keys").json()["items"]
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert Rest(made["key"]).get("/exports").status_code == 200


def test_no_key_sees_makes_or_revokes_one(rest: Rest) -> None:
    key = ApiKey.objects.get()
    answers = [
        rest.get("/keys"),
        rest.post("/keys", WANTED),
        rest.send("DELETE", f"/keys/{key.uid}"),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (403, "session_required")
    ] * 3
    assert "signed in" in answers[0].json()["detail"]
    assert [each.revoked_at for each in ApiKey.objects.all()] == [None]


def test_everybody_sees_his_own_and_an_admin_all(ada: User, eve: User, demo: Namespace) -> None:
    keys = [made_key(demo, user, "exports:read")[0].uid for user in (ada, eve)]

    def seen(user: User) -> list[str]:
        return [each["id"] for each in ask(user, "GET", "/keys").json()["items"]]

    assert (seen(ada), seen(eve)) == (keys[::-1], keys[1:])
    assert ask(eve, "DELETE", f"/keys/{keys[0]}").status_code == 404


def test_a_revoked_key_opens_nothing_from_then_on(ada: User, eve: User, demo: Namespace) -> None:
    key, text = made_key(demo, eve, "exports:read")

    assert ask(ada, "DELETE", f"/keys/{key.uid}").status_code == 204
    assert Rest(text).get("/exports").status_code == 401
    assert ask(ada, "DELETE", f"/keys/{key.uid}").status_code == 204
    (listed,) = ask(ada, "GET", "/keys").json()["items"]
    assert listed["state"] == "revoked"


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"label": ""}, ["label"]),
        ({"label": "x" * 101}, ["label"]),
        ({"label": "a\tb"}, ["label"]),
        ({"scopes": []}, ["scopes"]),
        ({"scopes": ["everything"]}, ["scopes"]),
        ({"scopes": ["admin"]}, ["scopes"]),
        ({"scopes": "exports:read"}, ["scopes"]),
        ({"expires_at": "2001-01-01T00:00:00Z"}, ["expires_at"]),
        ({"expires_at": "9999-12-31T23:59:59Z"}, ["expires_at"]),
        ({"expires_at": "2030-01-01T00:00:00"}, ["expires_at"]),
        ({"expires_at": 1e300}, ["expires_at"]),
        ({"principal": "UA"}, ["principal"]),
        ({"collections": []}, ["collections"]),
        ({"collections": ["planes"]}, ["collections.0"]),
        ({"owner": "ada@example.org"}, ["owner"]),
    ],
)
def test_what_is_wrong_is_named(
    eve: User, ua: Principal, planes: Collection, change: dict[str, Any], paths: list[str]
) -> None:
    answer = ask(eve, "POST", "/keys", {**WANTED, **change})

    assert (answer.status_code, paths_of(answer)) == (422, paths)
    assert not ApiKey.objects.exists()


def test_admin_brings_no_scripts_along(ada: User, demo: Namespace, settings: Any) -> None:
    from exports.domain.access import caller_for_key

    settings.SCRIPTS = True
    plain, _ = made_key(demo, ada, Scope.ADMIN)
    named, _ = made_key(demo, ada, Scope.ADMIN, Scope.SCRIPTS_WRITE)

    assert caller_for_key(plain).scopes == set(Scope.values) - {Scope.SCRIPTS_WRITE}
    assert caller_for_key(named).may(Scope.SCRIPTS_WRITE)


def test_a_bound_member_makes_keys_that_are_bound_as_he_is(
    eve: User, demo: Namespace, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, principal="UA", trips="export")
    text = ask(eve, "POST", "/keys", {**WANTED, "scopes": ["exports:write"]}).json()["key"]

    made = Rest(text).post("/exports", {"collection": "trips"}).json()
    assert made["principal"]["name"] == "UA"


def test_it_asks_as_much_for_many_keys_as_for_one(
    ada: User, demo: Namespace, django_assert_num_queries: Any
) -> None:
    rest = signed_in(ada, **{"X-Namespace": "demo"})
    for count in (1, 3):
        while ApiKey.objects.count() < count:
            key_for(demo, ada)
        with django_assert_num_queries(5):
            assert len(rest.get("/keys").json()["items"]) == count
