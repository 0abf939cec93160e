"""What stands beside the form of a new export: a look, values, the request for elsewhere."""

from __future__ import annotations

import ast
import json
import shlex
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exports.client.command.asked import fields_of as options_read
from exports.client.command.export import create
from exports.domain.exports import request_of
from exports.domain.requests import request_parse
from exports.models import AuditEvent, Collection, Export, Template
from exports.web.copying import copies, fields_of
from tests.conftest import give
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.models import Namespace, User

NEW = "/demo/exports/new"
PREVIEW, COPY, VALUES = f"{NEW}/preview", f"{NEW}/copy", f"{NEW}/values"
AWKWARD: dict[str, Any] = {
    "collection": "trips",
    "format": "csv",
    "label": 'It\'s "late" $HOME `id` \\ é',
    "description": "two\nlines",
    "paths": ["carrier", "delay"],
    "where": {
        "AND": [{"field": "carrier", "value": '\'; rm -rf "$x"'}, {"delay": 9007199254740993}]
    },
    "order_by": ["-delay", "carrier"],
    "sample_size": 20,
    "sample_method": "random",
    "sample_seed": 7,
    "archive": "zip",
    "timezone": "Europe/Paris",
    "csv": {"delimiter": "\t", "bom": True, "formula_guard": False, "null_text": "-"},
    "file_name": "late trips",
    "notify": [{"webhook": "https://hooks.example/it's?a=1", "on": ["ready"]}],
    "after_script": "log(`it's $HOME`)\r\nlog('\\\\ é')",
}


@pytest.mark.usefixtures("trips")
def test_a_preview_shows_rows_figures_and_warnings(as_ada: Browser) -> None:
    html = as_ada.post(PREVIEW, collection="trips", format="csv", paths=["carrier", "place.lat"])
    text = html.content.decode()

    assert texts(text, "dd")[0] == "1,000 documents"
    assert texts(text, "th") == ["document_id", "carrier", "place.lat"]
    assert texts(text, "td")[:3] == ["trip-0000", "AA", "0.0"]
    assert len(elements(text, "tr")) == 11
    assert AuditEvent.objects.filter(action="rows.previewed").count() == 1

    none = as_ada.post(PREVIEW, collection="trips", where='{"carrier": "nobody"}')
    assert "Nothing matches" in one(none.content.decode(), "ul", class_="warnings").text


@pytest.mark.usefixtures("trips")
def test_a_preview_says_what_is_wrong(as_ada: Browser) -> None:
    typed = {"collection": "trips", "where": "{", "sample_size": "x", "paths": ["carier"]}
    links = elements(as_ada.post(PREVIEW, **typed).content.decode(), "a")

    assert [each.attributes["href"] for each in links] == [
        "#id_paths",
        "#id_where",
        "#id_sample_size",
    ]


def test_who_may_see_no_rows_is_shown_none(
    as_ada: Browser,
    as_ari: Browser,
    as_eve: Browser,
    as_olaf: Browser,
    trips: Collection,
    eve: User,
) -> None:
    for address in (PREVIEW, COPY):
        assert as_ari.post(address, collection="trips").status_code == 403
        assert as_olaf.post(address, collection="trips").status_code == 404
    assert as_ari.status(VALUES, collection="trips", field="carrier") == 403
    assert as_eve.status(VALUES, collection="trips", field="carrier") == 404
    give(eve, trips.namespace, principal="", trips="see")
    assert as_eve.status(VALUES, collection="trips", field="carrier") == 403
    assert "1,000" not in as_eve.post(PREVIEW, collection="trips").content.decode()
    assert not AuditEvent.objects.filter(action__in=["rows.previewed", "values.suggested"]).exists()


@pytest.mark.usefixtures("trips")
def test_values_are_suggested(as_ada: Browser) -> None:
    asked = {"collection": "trips", "field": "carrier", "typed": "u"}
    assert json.loads(as_ada.get(VALUES, **asked)) == {"values": ["UA"]}
    for wrong in (
        {"field": "place"},
        {"collection": ""},
        {"prefix": "x" * 501},
        {"typed": "x" * 201},
    ):
        assert as_ada.status(VALUES, **{**asked, **wrong}) == 422


def test_each_copy_says_exactly_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_parse(AWKWARD)
    asked = fields_of(request)
    curl, python, command = (
        each.text for each in copies(request, "https://waybill.example", "demo")
    )

    words = shlex.split(curl)
    assert words[:4] == ["curl", "-X", "POST", "https://waybill.example/api/v1/exports"]
    body = words[words.index("--data-binary") + 1]
    assert request_parse(json.loads(body)) == request

    call = next(
        node
        for node in ast.walk(ast.parse(python))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "client.exports.create"
    )
    said = {each.arg: ast.literal_eval(each.value) for each in call.keywords}
    assert said == json.loads(body) == asked

    # A shell takes a line that ends with a backslash for a part of the next one.
    typed = shlex.split(command.replace(" \\\n", " "))
    printf, form, script, pipe, *around = typed[: (at := typed.index("waybill"))]
    assert (printf, form, pipe) == ("printf", "%s", "|")
    assert around == ["WAYBILL_URL=https://waybill.example", "WAYBILL_NAMESPACE=demo"]
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(script.encode())))
    options: dict[str, Any] = {**create.make_context("create", typed[at + 3 :]).params}
    assert (options.pop("wait"), options.pop("output")) == (True, Path())
    for other in ("timeout", "overwrite", "idempotency_key"):
        options.pop(other)
    read = dict(options_read(options.pop("collection"), options))
    assert request_parse({**read, "where": json.loads(options["where"])}) == request


@pytest.mark.parametrize("number", ["1.10", "0.1000000000000000055", "1e400"])
def test_a_copy_changes_no_number(number: str) -> None:
    where = f'{{"delay": {number}}}'
    asked = fields_of(request_parse({"collection": "trips", "where": where}))["where"]

    assert asked == ({"delay": 1.1} if number == "1.10" else where)


@pytest.mark.usefixtures("trips")
def test_without_scripts_buttons_show_both(as_ada: Browser) -> None:
    typed = {"collection": "trips", "label": "Kept", "where": '{"carrier": "UA"}'}
    look = as_ada.post(NEW, **typed, preview="1").content.decode()
    copy = as_ada.post(NEW, **typed, copy="1").content.decode()

    assert "333 documents" in texts(look, "dd")
    assert "open" in one(copy, "details", class_="copies").attributes
    assert '"carrier": "UA"' in one(copy, "pre", id="as-curl").text
    for html in (look, copy):
        assert one(html, "input", name="label").attributes["value"] == "Kept"
    assert not Export.objects.exists()


@pytest.mark.usefixtures("trips")
@pytest.mark.parametrize(
    ("purpose", "format_", "csv"),
    [
        ("excel", "csv", {"bom": True, "nested": "flatten"}),
        ("program", "jsonl", {}),
        ("lake", "parquet", {}),
        ("", "csv", {}),
    ],
)
def test_what_it_is_for_decides_where_no_format_was_chosen(
    as_ada: Browser, purpose: str, format_: str, csv: dict[str, Any]
) -> None:
    as_ada.post(NEW, collection="trips", purpose=purpose)
    as_ada.post(NEW, collection="trips", purpose=purpose, format="json", label="Chosen")

    chosen, open_ = Export.objects.order_by("-pk")
    assert (open_.format, open_.csv) == (format_, csv)
    assert (chosen.format, chosen.csv) == ("json", {})


def filled(html: str) -> dict[str, Any]:
    """What a browser would send of a form."""
    made: dict[str, Any] = {"where": one(html, "textarea", name="where").text}
    for each in elements(html, "input"):
        name, kind = each.attributes.get("name", ""), each.attributes.get("type")
        ticked = kind not in ("checkbox", "radio") or "checked" in each.attributes
        if name and ticked and "disabled" not in each.attributes:
            default = "on" if kind == "checkbox" else ""
            made.setdefault(name, []).append(each.attributes.get("value", default))
    return made


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    "fields",
    [
        {
            "paths": ["title", "maker", "note"],
            "expand": ["maker"],
            "format": "jsonl",
            "where": {"title": "x"},
        },
        {"include": ["note"], "order_by": ["-title"], "include_vectors": True},
        {"paths": ["note"], "export_files": False, "archive": "zip", "timezone": "UTC"},
        {"prefix": "a/b/pages", "sample_size": 3, "csv": {"delimiter": ";"}, "format": "csv"},
    ],
)
def test_an_earlier_export_fills_the_form_in_full(
    as_ada: Browser, admin: Caller, fields: dict[str, Any], make_export: Callable[..., Export]
) -> None:
    make_export(collection="pictures", label="First", **{"format": "parquet", **fields})
    first = Export.objects.get()
    html = as_ada.get(NEW, **{"from": first.uid})
    selects = {
        "collection": "pictures",
        **{name: value for name, value in _selected(html).items() if value},
    }
    response = as_ada.post(NEW, **filled(html), **selects)

    assert response.status_code == 302, texts(response.content.decode(), "ul", class_="errorlist")
    second = Export.objects.latest("pk")
    assert second.pk != first.pk
    again, before = (request_of(admin, each) for each in (second, first))
    if before.include or before.paths == ["note"]:
        # The key stands for "no others", and comes in any case.
        again.paths = [path for path in again.paths if path != "id"]
    assert again == before


def _selected(html: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for each in elements(html):
        if each.tag == "select":
            name = each.attributes.get("name", "")
        elif each.tag == "option" and "selected" in each.attributes and name != "order_down":
            found[name] = each.attributes["value"]
    order = [each.attributes for each in elements(html, "option") if each.text.endswith(" first")]
    if any("selected" in each for each in order[1::2]):
        found["order_down"] = "1"
    return found


def test_what_is_not_there_any_more_is_said(
    as_ada: Browser, pictures: Collection, make_export: Callable[..., Export]
) -> None:
    export = make_export(collection="pictures", paths=["title", "image"], order_by=["note"])
    tree = pictures.schema_tree
    tree["properties"] = [
        each for each in tree["properties"] if each["name"] not in ("image", "note")
    ]
    Collection.objects.filter(pk=pictures.pk).update(schema_tree=tree)
    html = as_ada.get(NEW, **{"from": export.uid})

    said = texts(html, "ul", class_="errorlist")
    assert [each.split(".")[0] for each in said] == [
        "There is no property 'image'",
        "There is no property 'note'",
    ]
    assert filled(html)["paths"] == ["title", "image"]


def test_a_template_and_a_filter_fill_it_too(
    as_ada: Browser, as_olaf: Browser, trips: Collection, ada: User, other: Namespace
) -> None:
    asked = {"collection": "trips", "paths": ["carrier"], "where": {"carrier": "UA"}}
    template = Template.objects.create(
        namespace=trips.namespace, collection=trips, name="Mine", request=asked, created_by=ada
    )
    html = as_ada.get(NEW, template=template.uid)

    assert "Mine" in one(html, "p", class_="filled").text
    assert json.loads(filled(html)["where"]) == asked["where"]
    assert filled(html)["paths"] == ["carrier"]
    assert as_olaf.status("/other/exports/new", template=template.uid) == 404
    assert as_ada.status(NEW, **{"from": "exp_nothing"}) == 404

    html = as_ada.get(NEW, collection="trips", where='{"delai": 1}')
    assert "'delay'" in one(html, "ul", id="id_where_error").text
