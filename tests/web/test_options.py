"""Every field of a request on the form of a new export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.models import Collection, Export
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = "/demo/exports/new"
ASKED = ("paths", "include", "expand", "prefix", "sample_size", "sample_method", "sample_seed")
SHAPED = ("include_vectors", "export_files", "zip_files", "archive", "compression", "csv")
PLAIN = {"collection": "pictures", "format": "csv"}


def made(browser: Browser, **typed: Any) -> Export:
    response = browser.post(NEW, **{**PLAIN, **typed})
    assert response.status_code == 302
    return Export.objects.latest("pk")


def values(export: Export, names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the fields that ask for something."""
    asked = {name: getattr(export, name) for name in names}
    return {name: value for name, value in asked.items() if value not in ("", None, [], {}, False)}


@pytest.mark.usefixtures("pictures")
def test_a_form_without_options_asks_for_what_is_usual(as_ada: Browser) -> None:
    assert values(made(as_ada), (*ASKED, *SHAPED)) == {"sample_method": "first", "archive": "none"}


@pytest.mark.usefixtures("pictures")
def test_fields_and_a_sample_are_asked_for(as_ada: Browser) -> None:
    export = made(
        as_ada,
        paths=["title", "note"],
        expand=["maker"],
        sample_size="5",
        sample_method="random",
        sample_seed="7",
    )

    assert values(export, ASKED) == {
        "paths": ["title", "note", "maker"],
        "expand": ["maker"],
        "sample_size": 5,
        "sample_method": "random",
        "sample_seed": 7,
    }


@pytest.mark.usefixtures("pictures")
def test_the_shape_of_the_result_is_asked_for(as_ada: Browser) -> None:
    export = made(
        as_ada,
        include_vectors="on",
        export_files="on",
        archive="on",
        compression="gzip",
        csv_delimiter="Tab",
        csv_bom="on",
        csv_formulas="on",
        csv_null_text="NULL",
        csv_nested="flatten",
    )

    assert values(export, SHAPED) == {
        "include_vectors": True,
        "export_files": True,
        "archive": "zip",
        "compression": "gzip",
        "csv": {
            "delimiter": "\t",
            "bom": True,
            "formula_guard": False,
            "null_text": "NULL",
            "nested": "flatten",
        },
    }


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    ("typed", "zipped"),
    [
        ({}, True),
        ({"archive": "on"}, False),
        ({"archive": "on", "zip_files": "always"}, True),
        ({"zip_files": "never"}, False),
    ],
)
def test_files_are_packed_once(as_ada: Browser, typed: dict[str, str], zipped: bool) -> None:
    assert made(as_ada, export_files="on", **typed).zip_files is zipped


@pytest.mark.usefixtures("pictures")
def test_what_the_page_does_not_show_does_not_count(as_ada: Browser) -> None:
    hidden = {"include_vectors": "on", "export_files": "on", "csv_bom": "on", "document": "p"}
    export = made(as_ada, collection="makers", format="parquet", timezone="Europe/Paris", **hidden)

    assert values(export, SHAPED) == {"archive": "none"}
    assert (export.timezone, export.prefix) == ("UTC", "")


@pytest.mark.usefixtures("pictures")
def test_one_row_per_element_of_a_list(as_ada: Browser) -> None:
    of_all = made(as_ada, elements="pages", paths=["number"])
    of_one = made(as_ada, elements="pages", document="a/b ")

    assert (of_all.prefix, of_all.paths) == ("pages", ["number"])
    assert of_one.prefix == "a/b /pages"


@pytest.mark.usefixtures("pictures")
def test_another_list_brings_its_fields_and_keeps_the_rest(as_ada: Browser) -> None:
    typed = {**PLAIN, "elements": "pages", "label": "Kept", "archive": "on", "reload": "1"}
    whole = as_ada.post(NEW, **typed).content.decode()
    part = as_ada.client.post(NEW, typed, headers={"HX-Request": "true"}).content.decode()

    for html in (whole, part):
        paths = [each.attributes.get("data-path") for each in elements(html, "li")]
        assert [path for path in paths if path] == ["_parent", "_index", "number"]
        assert one(html, "label", for_="id_document").text == "Only of the document prefix"
        assert "include_vectors" not in html
    assert one(whole, "input", name="label").attributes["value"] == "Kept"
    assert "checked" in one(part, "input", name="archive").attributes
    assert "open" in one(part, "details", class_="more").attributes
    assert one(part, "div", id="rows").attributes["hx-swap-oob"] == "true"
    assert "hx-swap-oob" not in whole


@pytest.mark.usefixtures("pictures")
def test_the_tree_sets_optional_fields_apart_and_opens_references(as_ada: Browser) -> None:
    typed = {**PLAIN, "paths": ["maker.name"], "reload": "1"}
    html = as_ada.post(NEW, **typed).content.decode()

    assert texts(html, "li", class_="apart") == [
        "Optional: left out unless ticked secret text",
        "Optional: left out unless ticked born integer",
        "Optional: left out unless ticked note text",
    ]
    assert "open" in one(html, "details", class_="behind").attributes
    assert one(html, "input", name="expand").attributes["value"] == "maker"
    ticked = [
        each for each in elements(html, "input", name="paths") if "checked" in each.attributes
    ]
    assert [each.attributes["value"] for each in ticked] == ["maker.name"]


@pytest.mark.usefixtures("pictures", "makers")
def test_options_are_offered_where_they_apply(as_ada: Browser) -> None:
    names = ("elements", "include_vectors", "export_files", "zip_files")
    offered = {
        collection: [name for name in names if f'id="id_{name}"' in html]
        for collection in ("pictures", "makers")
        for html in [as_ada.get(NEW, collection=collection)]
    }

    assert offered == {"pictures": list(names), "makers": []}


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    ("typed", "where", "says"),
    [
        ({"csv_delimiter": "5"}, "id_csv_delimiter", "character of a number"),
        ({"csv_delimiter": ";;"}, "id_csv_delimiter", "one ASCII character"),
        ({"csv_null_text": "12"}, "id_csv_null_text", "looks like a value"),
        ({"compression": "snappy"}, "id_compression", "does not fit csv"),
        ({"timezone": "Mars"}, "id_timezone", "Mars"),
        ({"elements": "title"}, "id_elements", "name a list"),
        ({"elements": "pages", "document": "x" * 500}, "id_elements", "at most 500"),
        ({"sample_method": "random"}, "id_sample_size", "needs a size"),
        ({"sample_method": "random", "sample_size": "1", "sample_seed": "x"}, "id_sample_seed", ""),
        ({"export_files": "on", "paths": ["title"]}, "id_export_files", "is a file"),
        ({"paths": ["maker", "maker.name"]}, "id_paths", "Both 'maker'"),
        ({"expand": ["title"]}, "id_paths", "is no reference"),
        ({"paths": ["embedding"]}, "id_paths", "include_vectors"),
    ],
)
def test_an_error_stands_beside_its_field_and_takes_the_focus(
    as_ada: Browser, typed: dict[str, Any], where: str, says: str
) -> None:
    html = as_ada.post(NEW, **{**PLAIN, **typed}).content.decode()

    assert says in one(html, "ul", id=f"{where}_error").text
    focused = [each.attributes["id"] for each in elements(html) if "autofocus" in each.attributes]
    assert focused == [where]
    folded = where.startswith("id_csv") or where in ("id_compression", "id_timezone")
    assert ("open" in one(html, "details", class_="more").attributes) is folded
    assert not Export.objects.exists()


def test_it_opens_on_what_was_exported_last_or_else_on_the_largest(
    as_ada: Browser, pictures: Collection, make_export: Callable[..., Export]
) -> None:
    def opens_on() -> str:
        (chosen,) = [
            each.attributes["value"]
            for each in elements(as_ada.get(NEW), "option")
            if "selected" in each.attributes and "document" in each.text
        ]
        return chosen

    assert opens_on() == "trips"
    made(as_ada)
    assert opens_on() == "pictures"
    make_export()
    assert opens_on() == "trips"
    Collection.objects.filter(name="trips").update(state=Collection.State.ERROR)
    assert opens_on() == "pictures"
