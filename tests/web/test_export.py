"""The page of one export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from exports.models import Export, ExportFile, State
from tests.web.conftest import SHA256, Browser, changed
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable


def address(export: Export, namespace: str = "demo") -> str:
    return f"/{namespace}/exports/{export.uid}"


def facts(html: str) -> dict[str, str]:
    return dict(zip(texts(html, "dt"), texts(html, "dd"), strict=True))


@pytest.mark.usefixtures("a_worker")
def test_what_waits_says_so_and_asks_again(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    html = as_ada.get(address(make_export()))

    status = one(html, "section", id="status")
    assert status.text.startswith("State Waiting It is accepted and on the record;")
    assert "It is the next of this workspace" in status.text
    assert status.attributes["hx-trigger"] == "every 1s"
    (now,) = texts(html, "li", aria_current="step")
    assert now.partition(" ")[0] == "Queued"


def test_a_run_shows_how_far_it_is(as_ada: Browser, running: Export) -> None:
    html = as_ada.get(address(running))

    assert one(html, "progress").attributes["value"] == "33"
    assert texts(html, "span", class_="big") == ["33 %"]
    assert facts(html)["Rows"] == "333 of 999"
    steps = html[html.index('class="stages"') : html.index('class="figures"')]
    assert [(each.text.split()[0], each.attributes["class"]) for each in elements(steps, "li")] == [
        ("Queued:", "done"),
        ("Reading", "now"),
        *((word, "next") for word in ("Checking", "Publishing", "Ready")),
    ]


def test_without_a_total_nothing_is_guessed(as_ada: Browser, running: Export) -> None:
    changed(running, rows_total=None)
    html = as_ada.get(address(running))

    assert "value" not in one(html, "progress").attributes
    assert texts(html, "span", class_="big") == []
    assert facts(html)["Left, about"] == "—"


def test_a_poll_brings_the_progress_alone(as_ada: Browser, running: Export) -> None:
    html = as_ada.poll(address(running), heard="running3").content.decode()

    assert [each.attributes.get("id") for each in elements(html, "section")] == ["status"]
    assert elements(html, id="said") == []


def test_a_new_tenth_is_told_once(as_ada: Browser, running: Export) -> None:
    html = as_ada.poll(address(running), heard="running2").content.decode()

    assert one(html, "p", id="said").text == "33 per cent."
    assert one(html, id="status").attributes["hx-get"] == "?heard=running3"


def test_the_last_poll_brings_everything_and_no_further_one(as_ada: Browser, ready: Export) -> None:
    response = as_ada.poll(address(ready), heard="running9")
    html = response.content.decode()

    assert response.headers["HX-Retarget"] == "#export"
    assert response.headers["HX-Reswap"] == "outerHTML"
    assert one(html, "p", id="said").text == "The export is ready."
    assert "hx-trigger" not in html
    assert len(elements(html, "a", class_="button-first")) == 1


def test_files_come_with_what_checks_them(as_ada: Browser, ready: Export) -> None:
    html = as_ada.get(address(ready))

    data, manifest = [
        each.attributes["href"] for each in elements(html, "a") if "download" in each.attributes
    ]
    assert data == f"/api/v1/exports/{ready.uid}/files/data.csv?namespace=demo"
    assert manifest == f"/api/v1/exports/{ready.uid}/files/manifest.json?namespace=demo"
    assert texts(html, "p", class_="file-name") == ["late-trips.csv", "late-trips.manifest.json"]
    assert f"echo '{SHA256} late-trips.csv' | sha256sum -c" in texts(html, "code")


def test_a_failure_says_what_happened_and_what_to_do(as_ada: Browser, running: Export) -> None:
    changed(running, state=State.ERROR, slot=None, reason="source_changed", ended_at=timezone.now())
    html = as_ada.get(address(running))

    assert one(html, "div", class_="reason").text == (
        "A file of the collection changed while it was being read. Nothing half-read was "
        "published. Run the export again once the file is still. Attempt 1 · source_changed · "
        "333 rows were read by then, none published"
    )


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.CANCELLED, "It was cancelled, and nothing of it was published."),
        (State.EXPIRED, "Its files were removed when their time was over."),
    ],
)
def test_other_ends_are_told_too(as_ada: Browser, ready: Export, state: str, says: str) -> None:
    changed(ready, state=state)
    html = as_ada.get(address(ready))

    assert says in one(html, "section", id="status").text
    assert SHA256 not in html
    assert [each.text for each in elements(html, "button") if "disabled" in each.attributes] == [
        "Download",
        "Cancel…",
        "Keep longer…",
        "Hold…",
    ]


def test_the_request_is_shown_as_a_sentence_and_as_json(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    asked = {
        "format": "jsonl",
        "label": "Some",
        "paths": ["carrier", "delay"],
        "where": {"delay": {"$gte": 95}},
        "order_by": ["-delay", "carrier"],
        "sample_size": 20,
        "timezone": "Europe/Paris",
    }
    html = as_ada.get(address(make_export(**asked)))

    shown = facts(html)
    assert [shown[name] for name in ("Collection", "Format", "Fields", "Filter")] == [
        "trips",
        "JSON lines",
        "carrier, delay",
        "delay is at least 95",
    ]
    assert shown["Order"] == "delay, largest first; then carrier, smallest first"
    assert (shown["Limit"], shown["Time zone"]) == ("The first 20 rows", "Europe/Paris")
    assert json.loads(texts(html, "pre")[0]) == {"collection": "trips", **asked}


@pytest.mark.usefixtures("pictures")
def test_what_was_asked_for_is_told_in_words_and_nothing_else(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    plain = make_export(format="parquet")
    every = make_export(
        collection="pictures",
        format="csv",
        include=["note"],
        expand=["maker"],
        sample_size=1000,
        sample_method="random",
        sample_seed=7,
        include_vectors=True,
        export_files=True,
        zip_files=True,
        archive="zip",
        compression="zstd",
        file_name="all",
        csv={"delimiter": "\t", "bom": True, "formula_guard": False, "nested": "flatten"},
    )
    element = make_export(collection="pictures", format="csv", prefix="a/b/pages")

    assert list(facts(as_ada.get(address(plain))))[:5] == [
        *("Collection", "Format", "Fields", "Filter", "By")
    ]
    shown = facts(as_ada.get(address(every)))
    assert {name: shown[name] for name in list(shown)[3:12]} == {
        "Extra fields": "note",
        "Follows": "maker",
        "Filter": "None: every document",
        "Limit": "A random sample of 1,000 rows, with the seed 7",
        "Vectors": "In a file of their own",
        "Files": "Those that the documents name, in one files.zip",
        "Archive": "Everything in one zip",
        "Compression": "zstd",
        "CSV": "tab as delimiter; a column for each field of a struct; for Excel; formulas left as "
        "they are",
    }
    assert shown["File name"] == "all"
    shown = facts(as_ada.get(address(element)))
    assert shown["One row per"] == "Element of pages, of the document a/b alone"
    assert shown["Filter"] == "None: every element"


def test_files_stand_in_the_order_of_their_kinds_and_many_are_folded(
    as_ada: Browser, ready: Export
) -> None:
    for name, kind in (
        *(("errors.jsonl", "errors"), ("files.jsonl", "files"), ("trips_vectors.csv", "vectors")),
        *(("files/b.png", "files"), ("files/a.png", "files")),
    ):
        ExportFile.objects.create(
            export=ready, attempt=1, name=name, kind=kind, key=name, bytes=1, sha256=SHA256
        )
    html = as_ada.get(address(ready))

    assert texts(html, "p", class_="file-name") == [
        f"late-trips{ending}"
        for ending in (".csv", "_vectors.csv", ".files.jsonl", ".errors.jsonl", ".manifest.json")
    ]
    fold = one(html, "table", class_="many")
    assert (
        fold.text
        == f"Files that the documents name File Size a.png {SHA256} 1 B b.png {SHA256} 1 B"
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, ["50,094 references lead to nothing; see errors.jsonl", "1 file is missing; see"]),
        ({"archive": "zip"}, ["see errors.jsonl in the zip"]),
        ({"state": State.EXPIRED}, ["50,094 references lead to nothing"]),
    ],
)
def test_what_was_noticed_is_told_in_words(
    as_ada: Browser, ready: Export, fields: dict[str, str], says: list[str]
) -> None:
    changed(ready, notices={"reference_to_nothing": 50094, "file_missing": 1}, **fields)

    noticed = one(as_ada.get(address(ready)), "ul", class_="noticed").text
    assert [each for each in says if each not in noticed] == []
    assert ("see" in noticed) is ("state" not in fields)


def test_a_failure_says_where_exactly(as_ada: Browser, running: Export) -> None:
    now = timezone.now()
    detail = "trips.jsonl, line 7: 'delay' is no integer."
    changed(running, state="error", slot=None, reason="source_invalid", ended_at=now)
    changed(running, reason_detail=detail)

    assert detail in one(as_ada.get(address(running)), "div", class_="reason").text


def test_its_own_history_stands_below(as_ada: Browser, make_export: Callable[..., Export]) -> None:
    export = make_export()
    make_export(label="Another")

    (line,) = texts(as_ada.get(address(export)), "ol", class_="trail")
    assert line == "just now Created an export · ada@example.org"


def test_an_auditor_is_offered_no_data_and_no_action(as_ari: Browser, ready: Export) -> None:
    html = as_ari.get(address(ready))

    assert texts(html, "p", class_="file-name") == ["late-trips.csv", "late-trips.manifest.json"]
    assert "/api/v1" not in html
    assert "Delete…" not in html
    assert "none of the data" in html


def test_an_exporter_sees_his_own_without_the_history(
    as_eve: Browser, eves_export: Export, ready: Export
) -> None:
    html = as_eve.get(address(eves_export))

    assert texts(html, "h1") == ["Eve's own"]
    assert texts(html, "ol", class_="trail") == []
    assert as_eve.status(address(ready)) == 404


def test_a_deleted_one_is_gone(as_ada: Browser, ready: Export) -> None:
    changed(ready, deleted_at=timezone.now())

    assert as_ada.status(address(ready)) == 410
    assert as_ada.poll(address(ready)).headers["HX-Refresh"] == "true"


def test_it_is_not_there_for_another_workspace(as_olaf: Browser, ready: Export) -> None:
    for path in (address(ready), address(ready, "other")):
        response = as_olaf.client.get(path)
        assert response.status_code == 404
        assert ready.label not in response.content.decode()
