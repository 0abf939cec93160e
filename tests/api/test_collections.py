"""GET /collections: what can be exported, and its properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.models import Collection
from exports.query.schema import Role
from tests.api.conftest import Rest, key_for
from tests.conftest import give

if TYPE_CHECKING:
    from exports.models import Namespace, User


def test_it_lists_them(rest: Rest, trips: Collection) -> None:
    (found,) = rest.get("/collections").json()["items"]

    assert found["id"] == trips.uid
    assert (found["name"], found["state"], found["key"]) == ("trips", "ready", "document_id")
    assert (found["documents"], found["schema_version"]) == (1000, trips.schema_version)


def test_who_may_write_them_is_told_where_they_lie(
    rest: Rest, reading: Rest, trips: Collection
) -> None:
    assert b".parquet" not in rest.get("/collections").content
    assert b".parquet" not in reading.get("/collections/trips").content
    assert rest.get("/collections/trips").json()["locations"] == trips.source["files"]


@pytest.mark.parametrize("by", ["uid", "name"])
def test_one_is_found_by_id_and_by_name(by: str, rest: Rest, trips: Collection) -> None:
    answer = rest.get(f"/collections/{getattr(trips, by)}").json()

    assert answer["id"] == trips.uid
    assert [each["name"] for each in answer["properties"]] == [
        "document_id",
        "carrier",
        "delay",
        "place",
        "tags",
        "at",
    ]


def test_a_property_says_how_it_is_named_in_a_request(rest: Rest, trips: Collection) -> None:
    properties = rest.get("/collections/trips").json()["properties"]
    place, tags = properties[3], properties[4]

    assert [each["path"] for each in place["children"]] == ["place.lat", "place.lon"]
    assert (tags["type"], tags["path"]) == ("list", "tags")
    assert [(each["name"], each["path"]) for each in tags["children"]] == [("element", None)]


def test_every_path_can_be_asked_for(rest: Rest, trips: Collection) -> None:
    paths = list(trips.schema.paths())
    answer = rest.post("/exports", {"collection": "trips", "paths": paths})

    assert answer.status_code == 202


def test_an_exporter_sees_none_that_he_was_not_given(
    demo: Namespace, eve: User, trips: Collection
) -> None:
    rest = Rest(key_for(demo, eve))

    assert rest.get("/collections").json() == {"items": []}
    assert rest.get("/collections/trips").status_code == 404


def test_a_reference_tells_its_target_to_who_may_see_that(
    demo: Namespace, eve: User, trips: Collection, planes: Collection
) -> None:
    schema = trips.schema.mark("carrier", role=Role.REFERENCE, target=planes.uid)
    Collection.objects.filter(pk=trips.pk).update(schema_tree=schema.to_json())
    rest = Rest(key_for(demo, eve))

    targets = []
    for rights in ({"trips": "see"}, {"trips": "see", "planes": "see"}):
        give(eve, demo, **rights)
        properties = rest.get("/collections/trips").json()["properties"]
        targets.append([each["target"] for each in properties if each["name"] == "carrier"])
    assert targets == [[None], [planes.uid]]


@pytest.mark.parametrize("name", ["nothing", "col_nothing", "%00", "é"])
def test_what_is_not_there_is_404(name: str, rest: Rest, trips: Collection) -> None:
    assert rest.get(f"/collections/{name}").status_code == 404
