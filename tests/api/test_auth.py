"""Who is let in, and into which namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from exports.domain.audit import SYSTEM
from exports.domain.members import member_add
from exports.models import ApiKey, AuditEvent, User
from tests.api.conftest import Rest, key_for, paths_of, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Collection, Export, Namespace


def test_without_a_key_it_is_401(demo: Namespace) -> None:
    answer = Rest().get("/exports")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="waybill"'
    assert "Authorization: Bearer" in answer.json()["detail"]


@pytest.mark.parametrize(
    "sent",
    ["Bearer", "Bearer ", "Bearer sk_", "Bearer sk_a_b", "Basic YTpi", "sk_a_b", "Bearer é", "é"],
)
def test_what_is_no_key_is_401(sent: str, demo: Namespace) -> None:
    assert Rest(Authorization=sent).get("/exports").status_code == 401


def test_the_scheme_has_no_case(demo: Namespace, ada: User) -> None:
    rest = Rest(Authorization=f"bearer  {key_for(demo, ada)}")

    assert rest.get("/exports").status_code == 200


def test_the_use_of_a_key_is_noted(rest: Rest) -> None:
    rest.get("/exports")

    assert ApiKey.objects.get().last_used_at


@pytest.mark.parametrize("by", ["slug", "uid"])
def test_a_key_may_name_its_own_namespace(by: str, rest: Rest, demo: Namespace) -> None:
    named = getattr(demo, by)

    assert rest.get("/exports", namespace=named).status_code == 200
    assert rest.send("GET", "/exports", X_Namespace=named).status_code == 200


def test_a_key_opens_no_other_namespace(
    rest: Rest, ada: User, other: Namespace, demo: Namespace
) -> None:
    member_add(namespace=other, user=ada, role="admin", actor=SYSTEM)

    assert rest.get("/exports", namespace="other").status_code == 404
    assert rest.send("GET", "/exports", X_Namespace="other").status_code == 404


def test_a_session_of_somebody_with_one_namespace_needs_no_name(ada: User) -> None:
    assert signed_in(ada).get("/exports").status_code == 200


def test_a_session_of_somebody_with_two_has_to_name_one(ada: User, other: Namespace) -> None:
    member_add(namespace=other, user=ada, role="admin", actor=SYSTEM)
    rest = signed_in(ada)

    assert paths_of(rest.get("/exports")) == ["namespace"]
    assert rest.get("/exports", namespace="other").status_code == 200
    assert signed_in(ada, **{"X-Namespace": "demo"}).get("/exports").status_code == 200


@pytest.mark.parametrize("named", ["demo", "nowhere", "ns_nowhere", "\0"])
def test_a_namespace_that_is_not_yours_is_404(named: str, olaf: User, demo: Namespace) -> None:
    answer = signed_in(olaf).get("/exports", namespace=named)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_session_changes_nothing_without_its_token(ada: User, trips: Collection) -> None:
    answer = signed_in(ada).post("/exports", {"collection": "trips"})

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_a_session_with_its_token_does(ada: User, trips: Collection) -> None:
    rest = signed_in(ada)
    page = rest.client.get(reverse("api:openapi-view")).content.decode()
    token = page.partition('data-csrf-token="')[2].partition('"')[0]
    answer = rest.post("/exports", {"collection": "trips"}, X_CSRFToken=token)

    assert answer.status_code == 202


def test_a_bad_key_is_not_made_up_for_by_a_session(ada: User) -> None:
    rest = signed_in(ada, Authorization="Bearer sk_a_b")

    assert rest.get("/exports").status_code == 401


def test_a_key_needs_no_token(rest: Rest, make_export: Callable[..., Export]) -> None:
    assert rest.post(f"/exports/{make_export().uid}/cancel").status_code == 200


def test_a_superusers_entry_is_an_event_once_a_session(db: None, demo: Namespace) -> None:
    root = User.objects.create_superuser("root@example.org")
    rest = signed_in(root)
    rest.get("/exports", namespace="demo")
    rest.get("/collections", namespace="demo")

    event = AuditEvent.objects.get(action="superuser.entered")
    assert (event.actor, event.namespace_id) == ("root@example.org", demo.pk)
