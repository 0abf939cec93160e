"""Every address of the API, asked by everybody who should not get in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from exports.models import ApiKey, Namespace, Scope, User
from tests.api.conftest import Rest, key_for, signed_in
from tests.conftest import give, made_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exports.models import Collection, Export, Principal

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
STRANGERS = ("anonymous", "revoked", "expired", "disabled", "disabled_session")

# Who gets what from each call about the export and the collection of ``demo``: the admin of
# another one, the auditor, a key without the scope, an exporter who was given nothing, and keys
# bound to another collection and to a principal.
IDENTITIES = ("outside", "auditing", "scopeless", "exporting", "within", "bound")
CALLS = {
    ("exports", "POST"): (404, 403, 403, 404, 404, 202),
    ("exports", "GET"): (200, 200, 403, 200, 200, 200),
    ("preview", "POST"): (404, 403, 403, 404, 404, 200),
    ("export", "GET"): (404, 200, 403, 404, 404, 404),
    ("export", "DELETE"): (404, 403, 403, 404, 404, 404),
    ("cancel", "POST"): (404, 403, 403, 404, 404, 404),
    ("retry", "POST"): (404, 403, 403, 404, 404, 404),
    ("keep", "POST"): (404, 403, 403, 404, 404, 404),
    ("hold", "POST"): (404, 403, 403, 404, 404, 404),
    ("release", "POST"): (404, 403, 403, 404, 404, 404),
    ("download", "GET"): (404, 403, 403, 404, 404, 404),
    ("rows", "GET"): (404, 403, 403, 404, 404, 404),
    ("errors", "GET"): (404, 403, 403, 404, 404, 404),
    ("download", "HEAD"): (404, 403, 403, 404, 404, 404),
    ("link", "GET"): (404, 403, 403, 404, 404, 404),
    ("link", "HEAD"): (404, 403, 403, 404, 404, 404),
    ("link", "POST"): (404, 403, 403, 404, 404, 404),
    ("deliveries", "GET"): (404, 200, 403, 404, 404, 404),
    ("delivery-retry", "POST"): (404, 403, 403, 404, 404, 404),
    ("webhook-secret", "GET"): (403, 403, 403, 403, 403, 403),
    ("webhook-secret-rotate", "POST"): (403, 403, 403, 403, 403, 403),
    ("usage", "GET"): (200, 200, 403, 200, 200, 200),
    ("audit", "GET"): (200, 200, 200, 403, 403, 403),
    ("collections", "GET"): (200, 200, 403, 200, 200, 200),
    ("collections", "POST"): (422, 403, 403, 403, 403, 403),
    ("collection", "GET"): (404, 200, 403, 404, 404, 200),
    ("keys", "GET"): (403, 403, 403, 403, 403, 403),
    ("keys", "POST"): (403, 403, 403, 403, 403, 403),
    ("key", "DELETE"): (403, 403, 403, 403, 403, 403),
    ("collection", "PATCH"): (404, 403, 403, 403, 403, 403),
    ("collection", "DELETE"): (404, 403, 403, 403, 403, 403),
    ("collection_refresh", "POST"): (404, 403, 403, 403, 403, 403),
    ("documents", "GET"): (404, 403, 403, 404, 404, 200),
    ("principals", "GET"): (200, 403, 403, 403, 403, 403),
    ("principals", "POST"): (422, 403, 403, 403, 403, 403),
    ("principal", "GET"): (404, 403, 403, 403, 403, 403),
    ("principal", "PATCH"): (404, 403, 403, 403, 403, 403),
    ("principal", "DELETE"): (404, 403, 403, 403, 403, 403),
    ("members", "GET"): (200, 403, 403, 403, 403, 403),
    ("members", "POST"): (422, 403, 403, 403, 403, 403),
    ("member", "GET"): (404, 403, 403, 403, 403, 403),
    ("member", "PATCH"): (404, 403, 403, 403, 403, 403),
    ("member", "DELETE"): (404, 403, 403, 403, 403, 403),
    ("templates", "GET"): (200, 200, 403, 200, 200, 200),
    ("templates", "POST"): (422, 403, 403, 422, 422, 422),
    ("template", "GET"): (404, 200, 403, 404, 404, 200),
    ("template", "PATCH"): (404, 403, 403, 404, 404, 415),
    ("template", "DELETE"): (404, 403, 403, 404, 404, 204),
    ("template_run", "POST"): (404, 403, 403, 404, 404, 202),
}
# These say the same to everybody, and nothing of anybody.
PUBLIC = {
    *((name, method) for name in ("openapi-json", "openapi-view") for method in ("GET", "HEAD")),
    ("signing-keys", "GET"),
}
NOTHING = {"api-root"}


def names() -> Iterator[str]:
    """What each address of the API is called; one without a name fails here."""
    for outer in get_resolver("exports.api.urls").url_patterns:
        assert isinstance(outer, URLResolver)
        for pattern in outer.url_patterns:
            assert isinstance(pattern, URLPattern)
            assert pattern.name
            yield pattern.name


@pytest.fixture
def anonymous() -> Rest:
    return Rest()


@pytest.fixture
def revoked(demo: Namespace, ada: User) -> Rest:
    rest = Rest(key_for(demo, ada))
    ApiKey.objects.update(revoked_at=timezone.now())
    return rest


@pytest.fixture
def expired(demo: Namespace, ada: User) -> Rest:
    rest = Rest(key_for(demo, ada))
    ApiKey.objects.update(expires_at=timezone.now())
    return rest


@pytest.fixture
def disabled(demo: Namespace, ada: User) -> Rest:
    rest = Rest(key_for(demo, ada))
    User.objects.update(is_active=False)
    return rest


@pytest.fixture
def disabled_session(ada: User) -> Rest:
    rest = signed_in(ada, **{"X-Namespace": "demo"})
    User.objects.update(is_active=False)
    return rest


@pytest.fixture
def scopeless(demo: Namespace, ada: User) -> Rest:
    return Rest(key_for(demo, ada, Scope.AUDIT_READ))


@pytest.fixture
def exporting(demo: Namespace, eve: User) -> Rest:
    give(eve, demo)
    return Rest(key_for(demo, eve))


@pytest.fixture
def within(demo: Namespace, ada: User, planes: Collection) -> Rest:
    return Rest(made_key(demo, ada, collections=[planes])[1])


@pytest.fixture
def bound(demo: Namespace, ada: User, aa: Principal) -> Rest:
    return Rest(made_key(demo, ada, principal=aa)[1])


def ask(rest: Rest, method: str, path: str) -> tuple[int, str]:
    answer = rest.send(method, path, b'{"collection": "trips"}' if method == "POST" else b"")
    return answer.status_code, answer.getvalue().decode()


def test_every_address_is_classified(rest: Rest, address: Callable[[str], str]) -> None:
    taken = {
        (name, method)
        for name in names()
        for method in METHODS
        if name not in NOTHING and ask(Rest(), method, address(name))[0] != 405
    }

    assert taken == {*CALLS, *PUBLIC}


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_gets_in_nowhere(
    who: str, address: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    stranger: Rest = request.getfixturevalue(who)

    for name, method in CALLS:
        assert (name, method, ask(stranger, method, address(name))[0]) == (name, method, 401)


@pytest.mark.parametrize("who", IDENTITIES)
def test_everybody_gets_what_is_his(
    who: str, address: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    caller: Rest = request.getfixturevalue(who)

    for (name, method), statuses in CALLS.items():
        with transaction.atomic():
            got = ask(caller, method, address(name))[0]
            transaction.set_rollback(True)
        assert (name, method, got) == (name, method, statuses[IDENTITIES.index(who)])


@pytest.mark.parametrize("by", ["slug", "uid"])
def test_naming_a_foreign_namespace_opens_nothing(
    by: str, outside: Rest, olaf: User, demo: Namespace, address: Callable[[str], str]
) -> None:
    for rest in (outside, signed_in(olaf)):
        for name, method in CALLS:
            path = f"{address(name)}?namespace={getattr(demo, by)}"
            csrf = rest is not outside and method not in ("GET", "HEAD")
            assert ask(rest, method, path)[0] == (403 if csrf else 404)


@pytest.mark.parametrize("who", ["outside", "exporting", "within"])
def test_nothing_that_is_not_his_shows(
    who: str,
    address: Callable[[str], str],
    finished: Export,
    trips: Collection,
    request: pytest.FixtureRequest,
) -> None:
    caller: Rest = request.getfixturevalue(who)
    told = [finished.label, trips.uid, "trip-0001", "of-demo", "hooks.example"]
    if who == "outside":
        told += ["ada@example.org", "Demo", "document_id"]
    for name, method in CALLS:
        _, text = ask(caller, method, address(name))
        assert [each for each in told if each in text] == []


def test_what_is_foreign_and_what_is_not_there_answer_alike(
    outside: Rest, address: Callable[[str], str], finished: Export
) -> None:
    for name, method in CALLS:
        path = address(name)
        made_up = path.replace(finished.uid, "exp_nothing").replace("trips", "nothing")
        assert ask(outside, method, path) == ask(outside, method, made_up)


def test_a_session_without_the_second_factor_that_is_asked_for_sees_nothing(
    ada: User, address: Callable[[str], str], rest: Rest
) -> None:
    Namespace.objects.filter(slug="demo").update(requires_second_factor=True)
    session = signed_in(ada, **{"X-Namespace": "demo"})

    for name, method in CALLS:
        status, text = ask(session, method, address(name))
        assert (name, method, status) == (name, method, 403)
        if method == "GET":
            assert json.loads(text)["code"] == "second_factor_required"
    assert ask(rest, "GET", address("exports"))[0] == 200
