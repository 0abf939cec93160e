"""Templates over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.errors import NotFound
from exports.domain.templates import (
    template_change,
    template_create,
    template_delete,
    template_run,
)
from exports.models import AuditEvent, Export, Right, Template
from tests.api.conftest import Rest, key_for, paths_of
from tests.conftest import give

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import Collection, Namespace, Principal, User

LATE: dict[str, Any] = {
    "name": "Late trips",
    "request": {"collection": "trips", "format": "csv", "paths": ["delay"]},
}


def patch(rest: Rest, uid: str, body: bytes) -> Any:
    return rest.send("PATCH", f"/templates/{uid}", body)


@pytest.fixture
def late(rest: Rest, trips: Collection) -> str:
    uid: str = rest.post("/templates", LATE).json()["id"]
    return uid


def test_it_is_saved_changed_run_and_deleted(rest: Rest, trips: Collection) -> None:
    saved = rest.post("/templates", LATE)
    uid = saved.json()["id"]
    assert (saved.status_code, saved.headers["Location"]) == (201, f"/api/v1/templates/{uid}")
    assert rest.get(f"/templates/{uid}").json()["request"] == LATE["request"]

    changed = patch(rest, uid, b'{"request": {"collection": "trips", "sample_size": 2}}')
    assert changed.json()["request"] == {"collection": "trips", "sample_size": 2}
    assert rest.get("/templates").json() == {"items": [changed.json()]}

    export = rest.post(f"/templates/{uid}/run").json()
    assert (export["template"], export["sample_size"]) == (uid, 2)
    assert export["label"].startswith("Late trips, ")

    assert rest.send("DELETE", f"/templates/{uid}").status_code == 204
    assert rest.get(f"/exports/{export['id']}").json()["template"] is None
    told = AuditEvent.objects.filter(subject=uid).order_by("pk").values_list("action", flat=True)
    assert list(told) == ["template.created", "template.changed", "template.deleted"]


def test_it_names_the_collection_as_it_is_called_now(
    rest: Rest, late: str, trips: Collection
) -> None:
    trips.name = "journeys"
    trips.save()

    assert rest.get(f"/templates/{late}").json()["request"]["collection"] == "journeys"
    assert rest.post(f"/templates/{late}/run").status_code == 202


def test_one_key_makes_one_export(rest: Rest, late: str) -> None:
    first, second = (rest.post(f"/templates/{late}/run", Idempotency_Key="a") for _ in range(2))

    assert first.json()["id"] == second.json()["id"]
    assert Export.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"request": {"collection": "trips"}}, ["name"]),
        ({**LATE, "name": "  "}, ["name"]),
        ({**LATE, "name": "a" * 101}, ["name"]),
        ({**LATE, "name": "a\0"}, ["name"]),
        ({**LATE, "request": {"collection": "trips", "paths": ["nothing"]}}, ["request.paths.0"]),
        ({**LATE, "request": {"collection": "trips", "size": 1}}, ["request.size"]),
        ({**LATE, "request": {}}, ["request.collection"]),
        ({**LATE, "request": []}, ["request"]),
    ],
)
def test_what_is_wrong_is_named(
    rest: Rest, trips: Collection, body: dict[str, Any], paths: list[str]
) -> None:
    answer = rest.post("/templates", body)

    assert (answer.status_code, paths_of(answer)) == (422, paths)
    assert not Template.objects.exists()


def test_a_name_is_taken_once(rest: Rest, late: str) -> None:
    assert rest.post("/templates", LATE).status_code == 409
    assert Template.objects.count() == 1


def test_who_may_not_see_the_collection_does_not_see_its_templates(
    rest: Rest, late: str, eve: User, demo: Namespace, trips: Collection
) -> None:
    hers = Rest(key_for(demo, eve))
    assert hers.get("/templates").json() == {"items": []}
    assert hers.get(f"/templates/{late}").status_code == 404

    give(eve, demo, trips=Right.EXPORT)
    assert [each["id"] for each in hers.get("/templates").json()["items"]] == [late]
    assert hers.post(f"/templates/{late}/run").status_code == 202
    assert patch(hers, late, b'{"name": "Mine"}').status_code == 403
    assert hers.send("DELETE", f"/templates/{late}").status_code == 403


def test_it_runs_as_the_principal_that_it_names_and_no_exporter_chooses_it(
    rest: Rest, demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    request = {"collection": "trips", "principal": "UA"}
    uid = rest.post("/templates", {**LATE, "request": request}).json()["id"]
    give(eve, demo, trips=Right.EXPORT)

    assert rest.post(f"/templates/{uid}/run").json()["principal"]["name"] == "UA"
    assert Rest(key_for(demo, eve)).post(f"/templates/{uid}/run").status_code == 403


def test_the_auditor_reads_and_runs_nothing(auditing: Rest, late: str) -> None:
    assert auditing.get(f"/templates/{late}").json()["name"] == "Late trips"
    assert auditing.post(f"/templates/{late}/run").status_code == 403


def test_a_list_takes_as_many_queries_for_three_as_for_one(
    rest: Rest, late: str, django_assert_num_queries: Any
) -> None:
    rest.get("/templates")
    with django_assert_num_queries(3):
        rest.get("/templates")
    for name in ("Two", "Three"):
        rest.post("/templates", {**LATE, "name": name})
    with django_assert_num_queries(3):
        assert len(rest.get("/templates").json()["items"]) == 3


def test_an_idempotency_key_is_of_one_template_whatever_the_day(
    rest: Rest, late: str, trips: Collection
) -> None:
    twin = rest.post("/templates", {**LATE, "name": "The same"}).json()["id"]
    made = rest.post(f"/templates/{late}/run", Idempotency_Key="k").json()
    # Without a label of its own, the name and the day are the label.
    Template.objects.filter(uid=late).update(name="Trips of another day")

    assert rest.post(f"/templates/{late}/run", Idempotency_Key="k").json()["id"] == made["id"]
    assert rest.post(f"/templates/{twin}/run", Idempotency_Key="k").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_meanwhile_neither_runs_nor_comes_back(
    admin: Caller, trips: Collection
) -> None:
    saved = template_create(admin, **LATE)
    template_delete(admin, Template.objects.get(pk=saved.pk))

    with pytest.raises(NotFound):
        template_run(admin, saved)
    with pytest.raises(NotFound):
        template_change(admin, saved, name="Again")
    with pytest.raises(NotFound):
        template_delete(admin, saved)
    assert not Export.objects.exists()


def test_what_follows_the_end_is_checked_when_it_is_saved(
    rest: Rest, eve: User, demo: Namespace, trips: Collection, settings: Any
) -> None:
    settings.SCRIPTS = True
    give(eve, demo, trips=Right.EXPORT)
    scripted = {"name": "S", "request": {"collection": "trips", "after_script": "log(1)"}}
    answer = Rest(key_for(demo, eve)).post("/templates", scripted)

    # An admin would run it as his own.
    assert (answer.status_code, paths_of(answer)) == (422, ["request.after_script"])
