"""GET /audit: newest first, narrowed, page by page, or all of it as a stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone

from exports.domain.audit import SYSTEM, Actor, audit_append
from exports.domain.chains import details_erase
from exports.models import AuditDetail, AuditEvent
from tests.api.conftest import Rest, paths_of

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from exports.models import Namespace

NDJSON = "application/x-ndjson"


def tell(namespace: Namespace, actor: str, action: str = "key.created", subject: str = "") -> None:
    with transaction.atomic():
        audit_append(namespace, action, actor=Actor(actor, "x", "192.0.2.7"), subject=subject, n=1)


@pytest.fixture
def events(demo: Namespace, auditing: Rest) -> None:
    tell(demo, "bob@example.org")
    tell(demo, "bob@example.org (nightly)", "key.revoked", "key_1")
    tell(demo, "eve@example.org", "export.downloaded", "exp_1")


def actors(rest: Rest, **query: Any) -> list[str]:
    answer = rest.get("/audit", **query)
    assert answer.status_code == 200, answer.content
    return [each["actor"] for each in answer.json()["items"]]


def test_an_event_is_told_in_full(auditing: Rest, demo: Namespace, events: None) -> None:
    event = AuditEvent.objects.get(action="key.revoked")

    assert auditing.get("/audit", action="key.revoked").json() == {
        "items": [
            {
                "at": event.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "action": "key.revoked",
                "actor": "bob@example.org (nightly)",
                "actor_id": "x",
                "address": "192.0.2.7",
                "subject": "key_1",
                "detail": {"n": 1},
                "hash": event.hash,
            }
        ],
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"action": "key.revoked"}, ["bob@example.org (nightly)"]),
        ({"action": "downloads"}, ["eve@example.org"]),
        ({"action": "key", "who": "BOB"}, ["bob@example.org (nightly)", "bob@example.org"]),
        ({"action": "member.removed"}, []),
        ({"who": "eve@"}, ["eve@example.org"]),
        ({"who": "%"}, []),
        ({"subject": "exp_1"}, ["eve@example.org"]),
        ({"subject": "exp_"}, []),
        ({"who": "eve", "since": "2001-01-01", "until": "9999-12-31"}, ["eve@example.org"]),
        ({"until": "2001-01-01T00:00:00Z"}, []),
        ({"limit": 1}, ["eve@example.org"]),
    ],
)
def test_it_is_narrowed(
    query: dict[str, Any], found: list[str], auditing: Rest, events: None
) -> None:
    assert actors(auditing, **query) == found


@pytest.mark.parametrize(
    ("query", "path", "remedy"),
    [
        ({"action": "key created"}, "action", "export.created"),
        ({"action": "key.create"}, "action", "namespace, history"),
        ({"action": "keys"}, "action", "member, principal"),
        ({"actoin": "key"}, "actoin", "action"),
        ({"since": "yesterday"}, "since", "2013-07-04"),
        ({"limit": 0}, "limit", "1 or more"),
        ({"limit": "9" * 400}, "limit", ""),
        ({"cursor": "nonsense"}, "cursor", "next_cursor"),
        ({"cursor": "MDo"}, "cursor", "next_cursor"),
        ({"who": "a\0b"}, "who", "no text"),
    ],
)
def test_a_filter_that_does_not_fit_is_named(
    query: dict[str, Any], path: str, remedy: str, auditing: Rest
) -> None:
    answer = auditing.get("/audit", **query)

    assert (answer.status_code, paths_of(answer)) == (422, [path])
    assert remedy in answer.json()["errors"][0]["message"]


def test_pages_neither_drop_nor_double_while_new_ones_come_in(
    auditing: Rest, demo: Namespace
) -> None:
    for number in range(5):
        tell(demo, f"no. {number}")
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "who": "no. "}
    while "cursor" not in query or query["cursor"]:
        page = auditing.get("/audit", **query).json()
        seen += [each["actor"] for each in page["items"]]
        query["cursor"] = page["next_cursor"]
        tell(demo, "no. new")

    assert seen == ["no. 4", "no. 3", "no. 2", "no. 1", "no. 0"]


def test_a_cursor_of_another_namespace_is_none(rest: Rest, outside: Rest, events: None) -> None:
    cursor = rest.get("/audit", limit=1).json()["next_cursor"]

    assert paths_of(outside.get("/audit", cursor=cursor)) == ["cursor"]


def test_everything_that_matches_is_a_stream(auditing: Rest, events: None) -> None:
    answer = auditing.send("GET", "/audit?who=bob", Accept=NDJSON)

    assert answer.headers["Content-Type"] == NDJSON
    lines = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert lines == auditing.get("/audit", who="bob").json()["items"]
    told = AuditEvent.objects.get(action="history.exported")
    assert AuditDetail.objects.get(pk=told.pk).said == {
        "format": "jsonl",
        "filter": {"who": "bob"},
    }


def test_a_stream_takes_no_cursor(auditing: Rest) -> None:
    assert paths_of(auditing.send("GET", "/audit?cursor=x", Accept=NDJSON)) == ["cursor"]
    assert not AuditEvent.objects.filter(action="history.exported").exists()


def test_what_was_erased_is_null(auditing: Rest, events: None) -> None:
    details_erase(timezone.now(), actor=SYSTEM)

    items = auditing.get("/audit", action="key.revoked").json()["items"]
    assert [each["detail"] for each in items] == [None]


def test_only_who_may_read_it_does(reading: Rest, outside: Rest, events: None) -> None:
    assert reading.get("/audit").status_code == 403
    assert reading.send("GET", "/audit", Accept=NDJSON).status_code == 403
    assert actors(outside, who="bob") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_the_same_queries_for_any_number_of_rows(
    rows: int, rest: Rest, demo: Namespace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        tell(demo, "bob@example.org")
    rest.get("/audit")  # notes that the key was used, once a minute

    with django_assert_num_queries(5):  # key, membership, names, events, details
        assert len(rest.get("/audit", who="bob", action="key").json()["items"]) == rows
