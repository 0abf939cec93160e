"""What is of another workspace answers as what is not there, wherever its id or name is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.db import transaction

from exports.models import AuditEvent, Export
from tests.api.asking import TRIPS
from tests.api.conftest import Rest, signed_in
from tests.conftest import registered

if TYPE_CHECKING:
    from exports.models import Collection, Namespace, User
    from exports.sources.register import Registered

OWN = {"collection": "own"}


class Place(NamedTuple):
    """Somewhere that an id or a name is sent; ``<>`` stands for it."""

    kinds: str
    method: str
    path: str
    body: Any = None
    by_session: bool = False


# Every place but the paths, which are walked in test_tenants.
PLACES = [
    Place("collection", "POST", "/exports", {"collection": "<>"}),
    Place("collection", "POST", "/exports", {"objects": "<>"}),
    Place("principal", "POST", "/exports", {**OWN, "principal": "<>"}),
    Place("collection", "POST", "/exports/preview", {"collection": "<>"}),
    Place("principal", "POST", "/exports/preview", {**OWN, "principal": "<>"}),
    Place("collection", "POST", "/templates", {"name": "x", "request": {"collection": "<>"}}),
    Place("principal", "POST", "/templates", {"name": "x", "request": {**OWN, "principal": "<>"}}),
    Place("collection", "PATCH", "/templates/<own>", {"request": {"collection": "<>"}}),
    Place("principal", "PATCH", "/templates/<own>", {"request": {**OWN, "principal": "<>"}}),
    Place(
        "collection",
        "PATCH",
        "/collections/own",
        {"marks": {"carrier": {"role": "reference", "target": "<>"}}},
    ),
    Place(
        "principal",
        "POST",
        "/members",
        {"email": "gus@example.org", "role": "exporter", "principal": "<>"},
    ),
    Place(
        "collection",
        "POST",
        "/members",
        {"email": "gus@example.org", "role": "exporter", "collections": {"<>": "see"}},
    ),
    Place("principal", "PATCH", "/members/<own>", {"principal": "<>"}),
    Place(
        "collection", "PATCH", "/members/<own>", {"role": "exporter", "collections": {"<>": "see"}}
    ),
    Place(
        "principal", "POST", "/keys", {"label": "x", "scopes": ["admin"], "principal": "<>"}, True
    ),
    Place(
        "collection",
        "POST",
        "/keys",
        {"label": "x", "scopes": ["admin"], "collections": ["<>"]},
        True,
    ),
    Place("collection", "GET", "/exports?collection=<>"),
    Place("person", "GET", "/exports?created_by=<>"),
    Place("export label", "GET", "/exports?q=<>"),
    Place("export collection template member key principal", "GET", "/audit?subject=<>"),
    Place("person", "GET", "/audit?who=<>"),
    Place("exports_cursor", "GET", "/exports?cursor=<>"),
    Place("audit_cursor", "GET", "/audit?cursor=<>"),
    Place("principal", "GET", "/collections/own/documents?principal=<>"),
    Place("namespace", "GET", "/exports?namespace=<>"),
    Place("namespace", "GET", "/exports?namespace=<>", None, True),
    Place("delivery", "POST", "/exports/<own>/deliveries/<>/retry"),
    Place("file", "GET", "/exports/<own>/files/<>"),
]


@pytest.fixture
def theirs(
    rest: Rest, finished: Export, there: dict[str, list[str]], ada: User
) -> dict[str, list[tuple[str, str]]]:
    """Of each kind, ids and names of ``demo``, each with one like it that is nowhere."""
    rest.post("/exports", TRIPS)
    cursors = [rest.get(f"/{each}", limit=1).json()["next_cursor"] for each in ("exports", "audit")]
    assert all(cursors)

    def none(text: str) -> tuple[str, str]:
        head, mark, tail = text.rpartition("_")
        return text, f"{head}{mark}{'0' * len(tail)}"

    return {
        "collection": [none(finished.collection.uid), ("trips", "trams")],
        "principal": [none(there["principal"][0]), ("of-demo", "of-none")],
        "export": [none(finished.uid)],
        "template": [none(there["template"][0])],
        "member": [none(there["member"][0])],
        "key": [none(there["key"][0])],
        "delivery": [none(there["delivery-retry"][1])],
        "file": [("data.csv", "data.xyz")],
        "label": [("All", "Xyz")],
        "person": [(ada.email, "eda@example.org")],
        "namespace": [none(finished.namespace.uid), ("demo", "dome")],
        "exports_cursor": [(cursors[0], "A" * len(cursors[0]))],
        "audit_cursor": [(cursors[1], "A" * len(cursors[1]))],
    }


@pytest.fixture
def own(outside: Rest, other: Namespace, trips_found: Registered) -> dict[str, str]:
    """What Olaf has himself, by what comes before its id in an address."""
    registered(other, "own", trips_found)
    template = outside.post("/templates", {"name": "own", "request": OWN}).json()["id"]
    export = outside.post("/exports", OWN).json()["id"]
    member = outside.get("/members").json()["items"][0]["id"]
    return {"templates": template, "exports": export, "members": member}


def answer(rest: Rest, place: Place, path: str, value: str) -> tuple[int, str, list[str]]:
    """What comes back, without the value itself; nothing stays of it."""
    body = json.dumps(place.body).replace("<>", value).encode() if place.body else b""
    with transaction.atomic():
        got = rest.send(place.method, path.replace("<>", value), body)
        text = got.getvalue().decode()
        transaction.set_rollback(True)
    return got.status_code, text.replace(value, "<>"), sorted(got.headers)


def test_a_foreign_one_answers_as_one_that_is_not_there(
    outside: Rest,
    olaf: User,
    theirs: dict[str, list[tuple[str, str]]],
    own: dict[str, str],
) -> None:
    session = signed_in(olaf)
    session.client.handler.enforce_csrf_checks = False
    for place in PLACES:
        rest = session if place.by_session else outside
        path = place.path.replace("<own>", own.get(place.path.split("/")[1], ""))
        for kind in place.kinds.split():
            for foreign, nowhere in theirs[kind]:
                told = answer(rest, place, path, foreign)
                assert (place, told) == (place, answer(rest, place, path, nowhere))


def test_an_idempotency_key_of_somebody_else_is_free(
    rest: Rest, outside: Rest, trips: Collection, own: dict[str, str]
) -> None:
    rest.post("/exports", TRIPS, Idempotency_Key="k1")
    made = outside.post("/exports", OWN, Idempotency_Key="k1")

    assert (made.status_code, "Idempotent-Replayed" in made.headers) == (202, False)
    assert made.json()["collection"]["name"] == "own"


@pytest.mark.parametrize("value", ["ns", "slug"])
def test_a_foreign_workspace_in_the_header_is_one_that_is_not_there(
    value: str, outside: Rest, olaf: User, demo: Namespace
) -> None:
    named = demo.uid if value == "ns" else demo.slug
    for rest in (outside, signed_in(olaf)):
        foreign, nowhere = (
            rest.send("GET", "/exports", X_Namespace=each) for each in (named, named[::-1])
        )
        assert foreign.status_code == nowhere.status_code == 404
        assert foreign.content == nowhere.content


def test_what_it_was_asked_about_hears_nothing_of_it(
    outside: Rest, finished: Export, demo: Namespace
) -> None:
    before = AuditEvent.objects.filter(namespace_id=demo.pk).count()
    for path in (f"/exports/{finished.uid}", f"/exports/{finished.uid}/files/data.csv"):
        outside.get(path)

    assert AuditEvent.objects.filter(namespace_id=demo.pk).count() == before
