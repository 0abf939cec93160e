"""The collections and their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries

from exports.models import Collection, Export
from exports.query.schema import Role
from tests.web.conftest import Browser
from tests.web.reading import one, texts

if TYPE_CHECKING:
    from exports.models import Namespace

LIST = "/demo/collections"


def copy_of(collection: Collection, name: str) -> Collection:
    fields = ("namespace", "source", "key", "schema_tree", "schema_version", "documents")
    return Collection.objects.create(
        name=name, **{field: getattr(collection, field) for field in fields}
    )


def test_the_list_says_how_much_there_is(as_ada: Browser, trips: Collection) -> None:
    assert texts(as_ada.get(LIST), "tr")[1:] == ["trips 1,000 8 document_id Ready Export trips"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    as_ada: Browser,
    trips: Collection,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count - 1):
        copy_of(trips, f"copy {number}")

    # Session, user, workspace, role; collections, those to export, workspaces.
    with django_assert_num_queries(7):
        as_ada.get(LIST)


def test_one_shows_its_fields_with_their_types(as_ada: Browser, trips: Collection) -> None:
    assert texts(as_ada.get(f"{LIST}/trips"), "tr")[1:] == [
        "document_id text key",
        "carrier text",
        "delay integer",
        "place struct",
        "place.lat float",
        "place.lon float",
        "tags list of text",
        "at timestamp",
    ]


def test_it_says_what_a_field_means(as_ada: Browser, trips: Collection) -> None:
    target = copy_of(trips, "carriers")
    schema = trips.schema.mark("carrier", role=Role.REFERENCE, target=target.uid)
    trips.schema_tree = schema.mark("delay", optional=True).to_json()
    trips.save()

    html = as_ada.get(f"{LIST}/trips")

    assert texts(html, "tr")[2:4] == ["carrier text reference carriers", "delay integer optional"]


def test_vectors_files_and_references_say_what_they_are(
    as_ada: Browser, pictures: Collection
) -> None:
    html = as_ada.get(f"{LIST}/pictures")

    assert texts(html, "tr")[7:10] == [
        "maker text reference makers",
        "image text file",
        "embedding list of float vector of 3 numbers",
    ]
    assert "JSON lines, 2 files" in texts(html, "dd")
    assert texts(html, "div", class_="card-head")[0].startswith("Fields 11 fields, version")


@pytest.mark.parametrize(
    ("access", "says"),
    [
        ("public", "Any principal may read every document."),
        (
            ["title"],
            "A principal may read the documents in which title holds one of its identities.",
        ),
        (None, "No principal may read it."),
    ],
)
def test_who_may_read_is_told_in_words(
    as_ada: Browser, pictures: Collection, access: object, says: str
) -> None:
    Collection.objects.filter(pk=pictures.pk).update(access=access)

    who = texts(as_ada.get(f"{LIST}/pictures"), "dd")[2]
    assert who == f"{says} An export that runs as nobody reads every document."


def test_where_it_lies_is_shown_to_administrators_only(
    as_ada: Browser, as_ari: Browser, trips: Collection
) -> None:
    (location,) = trips.source["files"]

    assert location in as_ada.get(f"{LIST}/trips")
    assert location not in as_ari.get(f"{LIST}/trips")


def test_it_lists_the_exports_made_of_it(as_ada: Browser, ready: Export) -> None:
    assert texts(as_ada.get(f"{LIST}/trips"), "ul", class_="recent") == [
        "Late trips Ready just now"
    ]


def test_an_exporter_sees_what_he_was_given(as_eve: Browser, trips: Collection) -> None:
    html = as_eve.get(LIST)

    assert "trips" not in html
    assert one(html, "h2").text == "No collection was given to you yet"
    assert as_eve.status(f"{LIST}/trips") == 404


def test_an_auditor_is_offered_no_export(as_ari: Browser, trips: Collection) -> None:
    assert "/exports/new" not in as_ari.get(LIST) + as_ari.get(f"{LIST}/trips")


@pytest.mark.parametrize("name", ["nothing", "%00", "col_nothing", "..%2f..", "%F0%9F%92%A9"])
def test_what_is_not_there_is_not_found(as_ada: Browser, name: str) -> None:
    assert as_ada.status(f"{LIST}/{name}") == 404


def test_it_is_not_there_for_another_workspace(
    as_olaf: Browser, trips: Collection, other: Namespace
) -> None:
    assert as_olaf.status(f"{LIST}/trips") == 404
    assert as_olaf.status(f"/other/collections/{trips.uid}") == 404
    assert "trips" not in as_olaf.get("/other/collections")
