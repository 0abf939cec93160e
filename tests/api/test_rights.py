"""Rights and bindings over REST: what is closed is not there, what is seen only is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.domain.audit import SYSTEM
from exports.domain.exports import export_create
from exports.domain.members import member_remove
from exports.domain.requests import request_parse
from exports.models import AuditEvent, Export, Membership
from tests.api.conftest import Rest, key_for
from tests.conftest import give, made_key, published

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exports.domain.access import Caller
    from exports.models import Collection, Namespace, Principal, User

TRIPS = {"collection": "trips"}


@pytest.fixture
def exporting(demo: Namespace, eve: User) -> Rest:
    """Eve's key."""
    return Rest(key_for(demo, eve))


def bound_key(
    owner: User,
    namespace: Namespace,
    principal: Principal | None = None,
    collections: Sequence[Collection] | None = None,
) -> Rest:
    _, text = made_key(namespace, owner, principal=principal, collections=collections)
    return Rest(text)


def names(rest: Rest) -> list[str]:
    return [each["name"] for each in rest.get("/collections").json()["items"]]


def labels(rest: Rest, **query: str) -> list[str]:
    return [each["label"] for each in rest.get("/exports", **query).json()["items"]]


@pytest.mark.parametrize(
    ("right", "listed", "looked", "created"),
    [
        ("", [], 404, 404),
        ("see", ["trips"], 200, 403),
        ("preview", ["trips"], 200, 403),
        ("export", ["trips"], 200, 202),
    ],
)
def test_an_exporter_gets_what_he_was_given(
    exporting: Rest,
    demo: Namespace,
    eve: User,
    planes: Collection,
    right: str,
    listed: list[str],
    looked: int,
    created: int,
) -> None:
    give(eve, demo, **({"trips": right} if right else {}))

    assert names(exporting) == listed
    assert exporting.get("/collections/trips").status_code == looked
    assert exporting.post("/exports", TRIPS).status_code == created
    assert exporting.get(f"/collections/{planes.uid}").status_code == 404
    assert exporting.post("/exports", {"collection": planes.uid}).status_code == 404


def test_an_exporter_is_told_nothing_of_the_others(
    exporting: Rest, demo: Namespace, eve: User, make_export: Callable[..., Export], ua: Principal
) -> None:
    give(eve, demo, trips="export")
    theirs = published(make_export(label="Secret plan", principal="UA"))
    told = [
        exporting.send(method, path).getvalue().decode()
        for method, path in [
            ("GET", "/exports"),
            ("GET", "/exports?q=Secret"),
            ("GET", "/exports?created_by=ada@example.org"),
            ("GET", f"/exports/{theirs.uid}"),
            ("GET", f"/exports/{theirs.uid}/files/data.csv"),
            ("POST", f"/exports/{theirs.uid}/cancel"),
            ("DELETE", f"/exports/{theirs.uid}"),
            ("GET", "/members"),
            ("GET", "/principals"),
            ("GET", f"/principals/{ua.uid}"),
        ]
    ]

    assert [each for each in told if "Secret" in each or "ada@" in each or '"UA"' in each] == []
    theirs.refresh_from_db()
    assert (theirs.state, theirs.deleted_at) == ("ready", None)


def test_the_cursor_of_somebody_elses_page_leads_nowhere(
    rest: Rest, exporting: Rest, demo: Namespace, eve: User, make_export: Callable[..., Export]
) -> None:
    give(eve, demo, trips="export")
    for _ in range(2):
        make_export()
    cursor = rest.get("/exports", limit=1).json()["next_cursor"]

    assert rest.get("/exports", cursor=cursor).status_code == 200
    assert exporting.get("/exports", cursor=cursor).status_code == 422


def test_an_auditor_sees_names_and_fields_and_gets_nothing(
    auditing: Rest, make_export: Callable[..., Export]
) -> None:
    export = published(make_export(label="All"))

    assert names(auditing) == ["trips"]
    assert auditing.get("/collections/trips").json()["properties"][0]["name"] == "document_id"
    assert labels(auditing) == ["All"]
    assert auditing.get(f"/exports/{export.uid}/files/data.csv").status_code == 403
    assert auditing.post("/exports", TRIPS).status_code == 403


def test_an_export_says_as_whom_it_runs(rest: Rest, trips: Collection, ua: Principal) -> None:
    free = rest.post("/exports", TRIPS).json()
    named = rest.post("/exports", {**TRIPS, "principal": "UA"}).json()

    assert free["principal"] is None
    assert named["principal"] == {"id": ua.uid, "name": "UA"}


@pytest.mark.parametrize(
    ("asked", "status", "runs_as"), [("", 202, "UA"), ("UA", 202, "UA"), ("AA", 403, None)]
)
@pytest.mark.parametrize("bound", ["member", "key"])
def test_who_is_bound_runs_as_that(
    bound: str,
    asked: str,
    status: int,
    runs_as: str | None,
    demo: Namespace,
    ada: User,
    eve: User,
    trips: Collection,
    ua: Principal,
    aa: Principal,
) -> None:
    give(eve, demo, principal="UA", trips="export")
    rest = bound_key(ada, demo, ua) if bound == "key" else Rest(key_for(demo, eve))

    answer = rest.post("/exports", {**TRIPS, "principal": asked})

    assert answer.status_code == status
    assert [each.principal and each.principal.name for each in Export.objects.all()] == (
        [runs_as] if runs_as else []
    )


@pytest.mark.parametrize("reference", ["ZZ", "prn_nothing"])
def test_a_principal_that_is_not_there_is_404(
    reference: str, rest: Rest, trips: Collection
) -> None:
    answer = rest.post("/exports", {**TRIPS, "principal": reference})

    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "There is no such principal here.",
    )


def test_a_principal_of_another_workspace_is_404(
    rest: Rest, outside: Rest, trips: Collection
) -> None:
    theirs = outside.post("/principals", {"name": "ZZ"}).json()["id"]

    for reference in ("ZZ", theirs):
        answer = rest.post("/exports", {**TRIPS, "principal": reference})
        assert answer.status_code == 404


def test_a_bound_key_sees_its_own_share(
    demo: Namespace, ada: User, make_export: Callable[..., Export], ua: Principal
) -> None:
    hidden = published(make_export(label="Everything"))
    make_export(label="As UA", principal="UA")
    rest = bound_key(ada, demo, ua)

    assert labels(rest) == ["As UA"]
    assert rest.get(f"/exports/{hidden.uid}").status_code == 404
    assert rest.get(f"/exports/{hidden.uid}/files/data.csv").status_code == 404
    assert rest.send("DELETE", f"/exports/{hidden.uid}").status_code == 404


def test_a_bound_key_administers_nothing(
    demo: Namespace, ada: User, ua: Principal, trips: Collection
) -> None:
    member = Membership.objects.get(user=ada).uid
    for rest in (bound_key(ada, demo, ua), bound_key(ada, demo, None, [trips])):
        for method, path in [
            ("GET", "/principals"),
            ("PATCH", f"/principals/{ua.uid}"),
            ("POST", "/principals"),
            ("GET", f"/members/{member}"),
            ("PATCH", f"/members/{member}"),
        ]:
            answer = rest.send(method, path, b'{"identities": ["AA"], "name": "x"}')
            assert (method, path, answer.status_code) == (method, path, 403)
    ua.refresh_from_db()
    assert ua.identities == ["UA"]


def test_a_key_within_a_collection_sees_that_only(
    demo: Namespace, ada: User, admin: Caller, trips: Collection, planes: Collection
) -> None:
    asked = request_parse({"collection": "planes", "label": "Of planes"})
    hidden, _ = export_create(admin, asked)
    rest = bound_key(ada, demo, None, [trips])

    assert names(rest) == ["trips"]
    assert labels(rest) == []
    assert rest.get("/collections/planes").status_code == 404
    assert rest.get(f"/exports/{hidden.uid}").status_code == 404
    assert rest.post("/exports", {"collection": "planes"}).status_code == 404
    assert rest.post("/exports", TRIPS).status_code == 202


def test_a_right_that_is_taken_away_closes_the_result_at_once(
    exporting: Rest, demo: Namespace, eve: User, trips: Collection
) -> None:
    give(eve, demo, trips="export")
    export = published(Export.objects.get(uid=exporting.post("/exports", TRIPS).json()["id"]))
    path = f"/exports/{export.uid}/files/data.csv"
    # The store holds nothing of it: who may have it is told that it is gone.
    assert exporting.get(path).status_code == 410

    give(eve, demo, trips="see")
    assert exporting.get(path).status_code == 403
    assert AuditEvent.objects.filter(action="export.refused", subject=export.uid).count() == 1

    member_remove(Membership.objects.get(user=eve), actor=SYSTEM)
    assert exporting.get(path).status_code == 404
    assert exporting.get("/collections").status_code == 404
