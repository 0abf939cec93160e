"""The form of a new export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exports.models import Collection, Export
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from exports.models import Namespace

NEW = "/demo/exports/new"
FILLED: dict[str, Any] = {
    "collection": "trips",
    "format": "csv",
    "label": "Late trips",
    "description": "For the report.",
    "paths": ["carrier", "delay"],
    "where": '{"delay": {"$gte": 95}}',
    "order_by": ["delay", "", ""],
    "order_down": ["1", "", ""],
    "sample_size": "20",
    "timezone": "Europe/Paris",
    "file_name": "late",
    "token": "once",
}


def wrong(html: str) -> list[str]:
    """The lines of the summary."""
    return [each.text for each in elements(html, "a") if each.attributes["href"].startswith("#id_")]


def value(html: str, name: str) -> str:
    return one(html, "input", name=name).attributes["value"]


@pytest.mark.usefixtures("trips")
def test_it_makes_the_export_that_was_asked_for(as_ada: Browser) -> None:
    response = as_ada.post(NEW, **FILLED)

    export = Export.objects.get()
    assert response.headers["Location"] == f"/demo/exports/{export.uid}"
    assert (export.label, export.format, export.paths, export.where, export.order_by) == (
        "Late trips",
        "csv",
        ["carrier", "delay"],
        {"delay": {"$gte": 95}},
        ["-delay"],
    )
    assert (export.description, export.sample_size, export.timezone, export.file_name) == (
        "For the report.",
        20,
        "Europe/Paris",
        "late",
    )


@pytest.mark.usefixtures("trips")
def test_only_the_collection_and_the_format_have_to_be_chosen(as_ada: Browser) -> None:
    as_ada.post(NEW, collection="trips", format="parquet")

    export = Export.objects.get()
    assert (export.paths, export.where, export.timezone) == ([], None, "UTC")


@pytest.mark.usefixtures("trips")
def test_the_same_form_sent_twice_makes_one_export(as_ada: Browser) -> None:
    first = as_ada.post(NEW, **FILLED).headers["Location"]
    again = as_ada.post(NEW, **FILLED).headers["Location"]
    changed = as_ada.post(NEW, **{**FILLED, "label": "Another"}).headers["Location"]

    assert first == again != changed
    assert Export.objects.count() == 2


@pytest.mark.usefixtures("trips")
def test_what_lies_within_a_chosen_field_is_not_chosen_twice(as_ada: Browser) -> None:
    as_ada.post(NEW, **{**FILLED, "paths": ["place", "place.lat", "carrier"]})

    assert Export.objects.get().paths == ["place", "carrier"]


@pytest.mark.usefixtures("trips")
def test_every_error_stands_beside_its_field_and_keeps_what_was_typed(as_ada: Browser) -> None:
    typed = {
        "where": '{"delai": 3}',
        "sample_size": "lots",
        "label": "Kept & kept",
        "paths": ["carrier"],
        "format": "jsonl",
    }
    response = as_ada.post(NEW, **{**FILLED, **typed})
    html = response.content.decode()

    assert not Export.objects.exists()
    assert wrong(html) == [
        "Filter: There is no property 'delai'. Did you mean 'delay'? (At where.delai.)",
        "Limit: Write a whole number, from 1 to 1000000.",
    ]
    beside = [texts(html, "ul", id=f"id_{name}_error")[0] for name in ("where", "sample_size")]
    assert [f"Filter: {beside[0]}", f"Limit: {beside[1]}"] == wrong(html)
    assert one(html, "textarea", name="where").text == '{"delai": 3}'
    assert (value(html, "sample_size"), value(html, "label")) == ("lots", "Kept & kept")
    assert (value(html, "file_name"), value(html, "token")) == ("late", "once")
    checked = [
        each.attributes["value"]
        for each in elements(html, "input")
        if each.attributes.keys() >= {"checked", "value"}
    ]
    assert checked == ["carrier", "jsonl"]


@pytest.mark.usefixtures("trips")
@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({"where": "{"}, "id_where"),
        ({"sample_size": "0"}, "id_sample_size"),
        ({"timezone": "Mars/Olympus"}, "id_timezone"),
        ({"label": "x" * 201}, "id_label"),
    ],
)
def test_the_focus_goes_to_the_first_error(
    as_ada: Browser, typed: dict[str, str], where: str
) -> None:
    html = as_ada.post(NEW, **{**FILLED, **typed}).content.decode()

    focused = [each.attributes["id"] for each in elements(html) if "autofocus" in each.attributes]
    assert focused == [where]
    assert one(html, id=where).attributes["aria-invalid"] == "true"


@pytest.mark.usefixtures("trips")
def test_errors_of_the_fields_and_of_the_order_stand_there(as_ada: Browser) -> None:
    unknown = {**FILLED, "paths": ["carier"], "order_by": ["delai", "", ""]}
    assert texts(as_ada.post(NEW, **unknown).content.decode(), "ul", class_="errorlist") == [
        "There is no property 'carier'. Did you mean 'carrier'?",
        "There is no property 'delai'. Did you mean 'delay'?",
    ]


@pytest.mark.usefixtures("trips")
def test_broken_json_is_told_with_its_line_and_column(as_ada: Browser) -> None:
    broken = {**FILLED, "where": '{\n  "delay": {"$gte": 95\n}'}
    html = as_ada.post(NEW, **broken).content.decode()

    assert "line 3, column 2" in one(html, "ul", id="id_where_error").text


def test_a_collection_that_is_not_there_is_told_once(as_ada: Browser, trips: Collection) -> None:
    said = one(as_ada.get(NEW, collection="nope"), "p", class_="note-error").text
    assert said == "There is no collection “nope” that you may export. Choose another one."
    assert "There is no collection" not in as_ada.get(NEW, collection="trips")
    html = as_ada.post(NEW).content.decode()
    assert one(html, "ul", id="id_collection_error").text == (
        "Choose a collection that you may export."
    )


@pytest.mark.usefixtures("trips")
@pytest.mark.parametrize(
    "typed",
    [
        {"where": "[" * 5000},
        {"where": '{"carrier": "\\ud800"}'},
        {"where": '{"carrier": "\\u0000"}'},
        {"where": '{"delay": 1e999}'},
        {"where": "\0"},
        {"label": "\0"},
        {"paths": ["\0"]},
        {"order_by": ["\0"]},
        {"timezone": "../../etc/passwd"},
        {"timezone": "\0"},
        {"sample_size": "9" * 5000},
        {"sample_size": "-1"},
        {"format": "exe"},
        {"collection": "\0"},
        {"collection": "nothing"},
        {"collection": ""},
        {"file_name": "x" * 151},
    ],
)
def test_nonsense_is_told_and_makes_nothing(as_ada: Browser, typed: dict[str, Any]) -> None:
    response = as_ada.post(NEW, **{**FILLED, **typed})

    assert response.status_code == 200
    assert len(elements(response.content.decode(), role="alert")) == 1
    assert not Export.objects.exists()


def test_a_collection_that_is_not_ready_says_so(as_ada: Browser, trips: Collection) -> None:
    Collection.objects.filter(pk=trips.pk).update(state=Collection.State.ERROR)
    html = as_ada.post(NEW, **FILLED).content.decode()

    assert "error" in one(html, "div", role="alert").text


def test_another_collection_brings_its_fields_and_keeps_the_rest(
    as_ada: Browser, trips: Collection
) -> None:
    tree = {"key": "id", "properties": [{"name": "id", "type": "text", "sql": "VARCHAR"}]}
    Collection.objects.create(
        namespace=trips.namespace,
        name="aeroplanes",
        source={"kind": "parquet", "locations": []},
        key="id",
        schema_tree=tree,
        schema_version="1",
    )
    chosen = {**FILLED, "collection": "aeroplanes", "reload": "1"}

    whole = as_ada.post(NEW, **chosen).content.decode()
    part = as_ada.client.post(NEW, chosen, headers={"HX-Request": "true"}).content.decode()

    assert value(whole, "label") == "Late trips"
    assert one(whole, "textarea", name="where").text == FILLED["where"]
    assert not elements(whole, role="alert")
    for html in (whole, part):
        assert [
            each.attributes["data-path"]
            for each in elements(html, "li")
            if "data-path" in each.attributes
        ] == ["id"]
    assert not elements(part, "html")
    assert not Export.objects.exists()


def test_examples_are_filters_that_the_collection_takes(as_ada: Browser, trips: Collection) -> None:
    html = as_ada.get(NEW)
    examples = [one(html, "pre", id=f"example-{number}").text for number in (1, 2, 3)]
    for text in examples:
        assert json.loads(text)
        assert as_ada.post(NEW, collection="trips", format="csv", where=text).status_code == 302

    assert Export.objects.count() == 3


@pytest.mark.usefixtures("trips")
def test_an_address_may_name_the_collection(as_ada: Browser) -> None:
    html = as_ada.get(NEW, collection="trips")

    (chosen,) = [
        each
        for each in elements(html, "option")
        if "selected" in each.attributes and each.attributes["value"] == "trips"
    ]
    assert chosen.text == "trips (1,000 documents)"


def test_without_a_collection_it_says_how_to_get_one(
    as_ada: Browser, as_eve: Browser, trips: Collection, other: Namespace
) -> None:
    assert "No collection was given to you yet" in as_eve.get(NEW)
    Collection.objects.all().delete()
    assert "/demo/collections/new" in as_ada.get(NEW)


def test_an_exporter_cannot_name_a_collection_that_was_not_given(
    as_eve: Browser, trips: Collection
) -> None:
    as_eve.post(NEW, **FILLED)

    assert not Export.objects.exists()


@pytest.mark.usefixtures("trips")
def test_an_auditor_makes_nothing(as_ari: Browser) -> None:
    assert as_ari.status(NEW) == 403
    assert as_ari.post(NEW, **FILLED).status_code == 403
    assert not Export.objects.exists()


@pytest.mark.usefixtures("trips")
def test_a_forged_token_makes_nothing(as_ada: Browser) -> None:
    response = as_ada.post(NEW, **{**FILLED, "token": "t" * 300})

    assert response.status_code == 200
    assert not Export.objects.exists()
