"""The history of a workspace."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exports.domain import history
from exports.domain.audit import SYSTEM, Actor, audit_append
from exports.domain.chains import details_erase
from exports.domain.downloads import download_authorise, download_begin
from exports.domain.exports import export_delete
from exports.models import AuditDetail, AuditEvent, Export
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.models import Namespace

HISTORY = "/demo/history"


def told(html: str) -> list[str]:
    """What happened, without the particulars."""
    return [text.partition(" Particulars")[0] for text in texts(html, "th", class_="what")[1:]]


@pytest.fixture
def events(demo: Namespace) -> None:
    """Three of them by different people."""
    for actor in ("ada@example.org", "bob@example.org", "Waybill"):
        with transaction.atomic():
            audit_append(demo, "key.created", actor=Actor(actor, "x", "192.0.2.7"), label="ci")


def test_it_shows_the_newest_first_with_who_and_where(as_ari: Browser, events: None) -> None:
    rows = texts(as_ari.get(HISTORY, action="key"), "tr")[1:]

    assert [row.split("} ")[-1] for row in rows] == [
        "Waybill 192.0.2.7",
        "bob@example.org 192.0.2.7",
        "ada@example.org 192.0.2.7",
    ]


def test_an_event_names_what_it_is_about(as_ada: Browser, ready: Export) -> None:
    html = as_ada.get(HISTORY, action="export.created")

    (line,) = told(html)
    assert line.startswith("Created an export Late trips trips · CSV · 50 rows · 2.3 kB ada@")
    assert f'"/demo/exports/{ready.uid}"' in html


def test_the_particulars_are_there_and_folded(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    make_export(label="Filtered", where={"delay": {"$gte": 95}})
    html = as_ada.get(HISTORY, action="export.created")

    assert '"$gte": 95' in one(html, "pre").text
    assert "open" not in one(html, "details", class_="fold").attributes


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ({"who": "BOB@"}, ["bob@example.org"]),
        ({"who": "nobody"}, []),
        ({"action": "key.created", "who": "example.org"}, ["bob@example.org", "ada@example.org"]),
        ({"action": "key", "who": "bob"}, ["bob@example.org"]),
        ({"action": "downloads"}, []),
        ({"subject": "exp_nothing"}, []),
        ({"action": "export.created"}, []),
        ({"until": "2001-01-01"}, []),
        ({"since": "2001-01-01", "until": "9999-12-31", "who": "ada"}, ["ada@example.org"]),
        ({"since": "2999-01-01"}, []),
        ({"since": "yesterday", "action": "x", "before": "x", "who": "ada"}, ["ada@example.org"]),
    ],
)
def test_the_address_filters(
    as_ari: Browser, events: None, query: dict[str, str], people: list[str]
) -> None:
    html = as_ari.get(HISTORY, **query)

    assert texts(html, "td", class_="person") == people


def test_what_means_nothing_is_left_out_and_said(as_ari: Browser, events: None) -> None:
    asked = {"since": "2026-02-30", "until": "20260101", "action": "export.eaten", "days": "8"}
    html = as_ari.get(HISTORY, who="ada", **asked)

    said = one(html, "p", class_="left-out").text
    assert [each for each in asked.items() if "=".join(each) not in said] == []
    assert "Days are written as 2026-12-31." in said
    assert "Days" not in one(as_ari.get(HISTORY, action="x"), "p", class_="left-out").text
    assert elements(as_ari.get(HISTORY, since="2026-02-28"), "p", class_="left-out") == []


def test_a_file_is_never_of_more_than_was_asked_for(as_ari: Browser, events: None) -> None:
    for asked in ("since=2026-02-30", "sinse=2026-02-28", "who=%C3%BC&day=1"):
        answer = as_ari.client.get(f"{HISTORY}/export.csv?{asked}")

        assert (answer.status_code, answer.headers["Location"]) == (302, f"{HISTORY}?{asked}")


def test_each_family_of_actions_has_a_name(as_ari: Browser) -> None:
    shown = texts(as_ari.get(HISTORY), "option")

    assert {"Templates", "Messages to others", "The secret of webhooks"} <= set(shown)
    assert not [each for each in shown if "_" in each]


def test_pages_follow_each_other_without_gap_or_double(as_ari: Browser, demo: Namespace) -> None:
    with transaction.atomic():
        for number in range(55):
            audit_append(demo, "key.created", actor=Actor(f"no. {number}", "x"))
    first = as_ari.get(HISTORY, action="key.created")

    second = as_ari.get(HISTORY + one(first, "a", rel="next").attributes["href"])

    people = texts(first, "td", class_="person") + texts(second, "td", class_="person")
    assert people == [f"no. {number}" for number in reversed(range(55))]
    assert elements(second, "a", rel="next") == []
    back = as_ari.get(HISTORY + one(second, "a", rel="prev").attributes["href"])
    assert texts(back, "td", class_="person") == texts(first, "td", class_="person")
    assert elements(back, "a", rel="prev") == []


@pytest.mark.parametrize("cursor", ["x", "é", "MTox", "9" * 5000, "OTk5OTk5OTk5OTk5OTk5OTk5OTk6YQ"])
def test_a_cursor_that_means_nothing_shows_the_newest(
    as_ari: Browser, events: None, cursor: str
) -> None:
    assert len(texts(as_ari.get(HISTORY, who="@", before=cursor), "td", class_="person")) == 2


def test_an_export_tells_its_filter_its_rows_and_what_became_of_it(
    as_ari: Browser, admin: Caller, finished: Export
) -> None:
    export_delete(admin, finished)
    (line,) = told(as_ari.get(HISTORY, action="export.deleted"))

    assert line.startswith("Deleted an export All trips deleted trips · CSV · 2 rows")


def test_the_filter_stands_where_an_export_is_asked_for(
    as_ari: Browser, make_export: Callable[..., Export]
) -> None:
    make_export(label="Late", where={"delay": {"$gte": 95}})

    (line,) = told(as_ari.get(HISTORY, action="export.created"))
    assert "Filter: where delay is at least 95" in line


def test_no_cell_of_data_is_in_it(as_ari: Browser, admin: Caller, finished: Export) -> None:
    """Downloaded, and read, and told of in full."""
    file = download_authorise(admin, finished.uid, "data.csv")
    download_begin(admin, file, asked_range="bytes=0-")

    everything = as_ari.get(HISTORY) + taken(as_ari, "csv") + taken(as_ari, "jsonl")
    assert "Downloaded a file" in everything
    assert "trip-0001" not in everything


def test_erased_particulars_are_said_to_be_gone(as_ari: Browser, events: None) -> None:
    details_erase(timezone.now(), actor=SYSTEM)

    rows = told(as_ari.get(HISTORY, action="key.created"))
    assert ["Its particulars were erased." in row for row in rows] == [True, True, True]


def taken(browser: Browser, form: str, **query: str) -> str:
    """The history as a file."""
    response = browser.client.get(f"{HISTORY}/export.{form}", query)
    assert response.status_code == 200
    assert f'attachment; filename="history-demo.{form}"' == response["Content-Disposition"]
    return response.getvalue().decode()


def test_it_is_taken_along_as_csv(as_ari: Browser, demo: Namespace) -> None:
    with transaction.atomic():
        audit_append(demo, "key.created", actor=Actor("=1+1@example.org", "x"), label="a,b")

    rows = list(csv.DictReader(io.StringIO(taken(as_ari, "csv", action="key.created"))))

    assert [(row["actor"], row["detail"]) for row in rows] == [
        ("'=1+1@example.org", '{"label":"a,b"}')
    ]
    event = AuditEvent.objects.get(action="key.created")
    assert rows[0]["hash"] == event.hash
    assert datetime.fromisoformat(rows[0]["at"]) == event.at


def test_it_is_taken_along_as_json_lines(as_ari: Browser, events: None) -> None:
    lines = taken(as_ari, "jsonl", who="bob", since="2001-01-01").splitlines()

    assert [json.loads(line)["detail"] for line in lines] == [{"label": "ci"}]
    told_of = AuditEvent.objects.get(action="history.exported")
    assert told_of.actor == "ari@example.org"
    assert AuditDetail.objects.get(pk=told_of.pk).said == {
        "format": "jsonl",
        "filter": {"who": "bob", "since": "2001-01-01T00:00:00+00:00"},
    }


def test_chunks_follow_each_other_without_gap_or_double(
    as_ari: Browser, demo: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "CHUNK", 2)
    with transaction.atomic():
        for number in range(5):
            audit_append(demo, "key.created", actor=Actor(f"no. {number}", "x"))

    lines = taken(as_ari, "jsonl", action="key").splitlines()

    assert [json.loads(line)["actor"] for line in lines] == [f"no. {n}" for n in (4, 3, 2, 1, 0)]


def test_names_that_are_no_text_for_html_show_as_text(as_ari: Browser, demo: Namespace) -> None:
    with transaction.atomic():
        audit_append(demo, "key.created", actor=Actor("<b>'\"&", "x"), label="<script>")

    html = as_ari.get(HISTORY)
    assert texts(html, "td", class_="person")[0] == "<b>'\"&"
    assert elements(html, "script", src="") == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    as_ada: Browser,
    make_export: Callable[..., Export],
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        make_export()

    # Session, user, workspace, role; events, particulars; members, collections and exports that
    # they are about; the charts; the names; workspaces.
    clock = connection.vendor == "postgresql"
    with django_assert_num_queries(13 + clock):
        as_ada.get(HISTORY)
    # The names once more.
    with django_assert_num_queries(10):
        as_ada.get(HISTORY, action="export", who="ada")


def test_the_particulars_of_a_request_are_what_it_asked_for(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    make_export(label="Some", format="csv", expand=[], archive="zip", csv={"bom": True})

    assert json.loads(texts(as_ada.get(HISTORY, action="export.created"), "pre")[0]) == {
        "label": "Some",
        "collection": "trips",
        "format": "csv",
        "archive": "zip",
        "csv": {"bom": True},
    }


def test_an_exporter_may_not_read_it(as_eve: Browser) -> None:
    assert as_eve.status(HISTORY) == 403
    assert HISTORY not in as_eve.get("/demo/exports")


def test_another_workspace_is_not_in_it(as_olaf: Browser, ready: Export) -> None:
    html = as_olaf.get("/other/history")

    assert ready.label not in html
    assert AuditEvent.objects.filter(subject=ready.uid).exists()
    assert as_olaf.status(HISTORY) == 404
