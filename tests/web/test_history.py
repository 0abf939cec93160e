"""The history of a workspace."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from config.env import BASE_DIR
from exports.domain.audit import Actor, audit_append
from exports.models import AuditEvent, Export
from exports.web.events import WORDS
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

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
    rows = texts(as_ari.get(HISTORY), "tr")[1:4]

    assert [row.split("} ")[-1] for row in rows] == [
        "Waybill 192.0.2.7",
        "bob@example.org 192.0.2.7",
        "ada@example.org 192.0.2.7",
    ]


def test_an_event_names_what_it_is_about(as_ada: Browser, ready: Export) -> None:
    html = as_ada.get(HISTORY, action="export.created")

    (line,) = told(html)
    assert line.startswith("Created an export Late trips ada@example.org")
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


def test_pages_follow_each_other_without_gap_or_double(as_ari: Browser, demo: Namespace) -> None:
    with transaction.atomic():
        for number in range(55):
            audit_append(demo, "key.created", actor=Actor(f"no. {number}", "x"))
    first = as_ari.get(HISTORY, action="key.created")

    second = as_ari.get(HISTORY + one(first, "a", rel="next").attributes["href"])

    people = texts(first, "td", class_="person") + texts(second, "td", class_="person")
    assert people == [f"no. {number}" for number in reversed(range(55))]
    assert elements(second, "a", rel="next") == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    as_ada: Browser,
    make_export: Callable[..., Export],
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        make_export()

    # Session, user, workspace, role; events, particulars, exports, collections, principals;
    # workspaces.
    with django_assert_num_queries(10):
        as_ada.get(HISTORY)


def test_every_event_has_a_word_and_a_line_in_the_docs() -> None:
    docs = (BASE_DIR / "docs" / "history.md").read_text()
    listed = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", docs))

    elsewhere = ("person.", "signing_key.", "master_key.")  # in the installation's own history

    assert {each for each in listed if not each.startswith(elsewhere)} == set(WORDS)


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
