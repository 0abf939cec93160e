"""Members over REST."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django import DjangoAssertNumQueries

from exports.models import Membership
from tests.api.conftest import Rest, paths_of
from tests.conftest import give, person

if TYPE_CHECKING:
    from exports.models import Collection, Namespace, Principal, User


def patch(rest: Rest, user: User, **body: Any) -> Any:
    uid = Membership.objects.get(user=user).uid
    return rest.send("PATCH", f"/members/{uid}", json.dumps(body).encode())


def shown(member: dict[str, Any]) -> tuple[str, str, str | None, dict[str, str]]:
    principal = member["principal"]
    return (
        member["email"],
        member["role"],
        principal and principal["name"],
        member["collections"],
    )


def test_the_list_says_who_may_do_what(
    rest: Rest, demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, principal="UA", trips="preview")

    assert [shown(each) for each in rest.get("/members").json()["items"]] == [
        ("ada@example.org", "admin", None, {}),
        ("eve@example.org", "exporter", "UA", {"trips": "preview"}),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    rest: Rest,
    demo: Namespace,
    trips: Collection,
    planes: Collection,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count):
        give(person(f"{number}@example.org", demo, "auditor"), demo, trips="see", planes="see")
    rest.get("/members")

    # Key, membership; members, rights, collections.
    with django_assert_num_queries(5):
        rest.get("/members")


def test_somebody_is_added_changed_and_removed(
    rest: Rest, demo: Namespace, olaf: User, trips: Collection, ua: Principal
) -> None:
    body = {"email": "olaf@example.org", "role": "exporter", "collections": {"trips": "see"}}
    made = rest.post("/members", body)
    assert made.status_code == 201
    assert shown(made.json()) == ("olaf@example.org", "exporter", None, {"trips": "see"})
    path = f"/members/{made.json()['id']}"
    assert rest.get(path).json() == made.json()

    changed = rest.send("PATCH", path, b'{"principal": "UA", "collections": {"trips": "export"}}')
    assert shown(changed.json()) == ("olaf@example.org", "exporter", "UA", {"trips": "export"})
    freed = rest.send("PATCH", path, b'{"principal": "", "role": "auditor"}')
    assert shown(freed.json()) == ("olaf@example.org", "auditor", None, {})

    assert rest.send("DELETE", path).status_code == 204
    assert rest.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["email", "role"]),
        ({"email": "nobody@example.org", "role": "admin"}, ["email"]),
        ({"email": "olaf@example.org", "role": "owner"}, ["role"]),
        ({"email": "olaf@example.org", "role": "exporter", "principal": "ZZ"}, ["principal"]),
        (
            {"email": "olaf@example.org", "role": "exporter", "collections": {"trips": "own"}},
            ["collections.trips"],
        ),
        ({"email": "olaf@example.org", "role": "admin", "colections": {}}, ["colections"]),
    ],
)
def test_what_is_wrong_is_named(
    body: dict[str, Any], paths: list[str], rest: Rest, demo: Namespace, olaf: User
) -> None:
    answer = rest.post("/members", body)

    assert (answer.status_code, paths_of(answer)) == (422, paths)
    assert Membership.objects.filter(namespace=demo).count() == 1


def test_a_member_cannot_be_added_again(rest: Rest, eve: User) -> None:
    answer = rest.post("/members", {"email": eve.email, "role": "admin"})

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Membership.objects.get(user=eve).role == "exporter"


def test_the_last_admin_cannot_go(rest: Rest, ada: User) -> None:
    uid = Membership.objects.get(user=ada).uid

    assert patch(rest, ada, role="exporter").status_code == 409
    assert rest.send("DELETE", f"/members/{uid}").status_code == 409


def test_a_member_of_another_workspace_is_not_there(rest: Rest, olaf: User) -> None:
    uid = Membership.objects.get(user=olaf).uid

    for method in ("GET", "PATCH", "DELETE"):
        assert rest.send(method, f"/members/{uid}", b"{}").status_code == 404
