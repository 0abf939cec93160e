"""Principals over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.models import AuditEvent, Principal
from tests.api.conftest import Rest, paths_of
from tests.conftest import give

if TYPE_CHECKING:
    from exports.models import Namespace, User


def shown(answer: Any) -> dict[str, Any]:
    """What an answer says, without what differs each time."""
    body: dict[str, Any] = answer.json()
    return {name: body[name] for name in ("name", "identities", "disabled")}


def patch(rest: Rest, reference: str, body: bytes) -> Any:
    return rest.send("PATCH", f"/principals/{reference}", body)


def test_it_is_made_looked_at_changed_and_deleted(rest: Rest, demo: Namespace) -> None:
    made = rest.post("/principals", {"name": "UA", "identities": ["UA"]})
    uid = made.json()["id"]
    assert made.status_code == 201
    assert shown(rest.get("/principals/UA")) == {
        "name": "UA",
        "identities": ["UA"],
        "disabled": False,
    }

    changed = patch(rest, uid, b'{"name": "United", "disabled": true}')
    assert shown(changed) == {"name": "United", "identities": ["UA"], "disabled": True}
    assert rest.get("/principals").json() == {"items": [changed.json()]}

    assert rest.send("DELETE", f"/principals/{uid}").status_code == 204
    assert rest.get(f"/principals/{uid}").status_code == 404
    assert rest.get("/principals").json() == {"items": []}
    actions = AuditEvent.objects.filter(subject=uid).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["principal.created", "principal.changed", "principal.deleted"]


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["name"]),
        ({"name": 5}, ["name"]),
        ({"name": " UA"}, ["name"]),
        ({"name": "UA", "identities": "UA"}, ["identities"]),
        ({"name": "UA", "identities": ["UA", 7]}, ["identities.1"]),
        ({"name": "UA", "identities": ["UA", ""]}, ["identities.1"]),
        ({"name": "UA", "disabled": True}, ["disabled"]),
    ],
)
def test_what_is_wrong_is_named(
    body: dict[str, Any], paths: list[str], rest: Rest, demo: Namespace
) -> None:
    answer = rest.post("/principals", body)

    assert (answer.status_code, paths_of(answer)) == (422, paths)
    assert not Principal.objects.exists()


def test_a_misspelt_field_is_told_the_right_one(rest: Rest, demo: Namespace) -> None:
    answer = rest.post("/principals", {"name": "UA", "identites": []})

    assert answer.json()["detail"] == (
        "There is no such field. Leave it out. Did you mean 'identities'?"
    )


def test_one_that_a_member_is_bound_to_is_kept(
    rest: Rest, demo: Namespace, eve: User, ua: Principal
) -> None:
    give(eve, demo, principal="UA")

    answer = rest.send("DELETE", "/principals/UA")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert rest.get("/principals/UA").status_code == 200
