"""GET /exports: newest first, narrowed, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from exports.models import Export, State
from tests.api.conftest import Rest, key_for, paths_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

    from exports.domain.access import Caller
    from exports.models import Namespace, User

    MakeExport = Callable[..., Export]


def labels(rest: Rest, **query: Any) -> list[str]:
    answer = rest.get("/exports", **query)
    assert answer.status_code == 200, answer.content
    return [each["label"] for each in answer.json()["items"]]


def test_it_is_empty_at_first(rest: Rest) -> None:
    assert rest.get("/exports").json() == {"items": [], "next_cursor": None}


def test_the_newest_comes_first(rest: Rest, make_export: MakeExport) -> None:
    for label in ("a", "b", "c"):
        make_export(label=label)

    assert labels(rest) == ["c", "b", "a"]


def test_an_item_is_what_the_export_itself_shows(rest: Rest, make_export: MakeExport) -> None:
    export = make_export(label="a")

    assert rest.get("/exports").json()["items"] == [rest.get(f"/exports/{export.uid}").json()]


def test_a_deleted_export_is_left_out(rest: Rest, make_export: MakeExport) -> None:
    export = make_export(label="gone")
    make_export(label="here")
    rest.send("DELETE", f"/exports/{export.uid}")

    assert labels(rest) == ["here"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "cancelled"}, ["b"]),
        ({"format": "csv"}, ["a"]),
        ({"format": "csv", "state": "cancelled"}, []),
        ({"collection": "trips"}, ["b", "a"]),
        ({"collection": "planes"}, []),
        ({"created_by": "ADA@example.org"}, ["b", "a"]),
        ({"created_by": "eve@example.org"}, []),
        ({"q": "Quarter"}, ["b"]),
        ({"q": "a"}, ["b", "a"]),
        ({"created_after": "2013-07-04"}, ["b", "a"]),
        ({"created_before": "2013-07-04T10:30:00+0200"}, []),
    ],
)
def test_it_is_narrowed(
    query: dict[str, str], found: list[str], rest: Rest, make_export: MakeExport
) -> None:
    make_export(label="a", format="csv")
    cancelled = make_export(label="b", description="The last quarter, alas")
    rest.post(f"/exports/{cancelled.uid}/cancel")

    assert labels(rest, **query) == found


def test_it_is_narrowed_by_ids(rest: Rest, make_export: MakeExport) -> None:
    export = make_export(label="a")
    make_export(label="b")

    assert labels(rest, q=export.uid) == ["a"]
    assert labels(rest, collection=export.collection.uid) == ["b", "a"]


def test_a_moment_counts_as_after_and_not_as_before(rest: Rest, make_export: MakeExport) -> None:
    make_export(label="a")
    at = timezone.now() - timedelta(days=1)
    Export.objects.update(created_at=at)

    assert labels(rest, created_after=at.isoformat()) == ["a"]
    assert labels(rest, created_before=at.isoformat()) == []


@pytest.mark.parametrize(
    ("query", "path", "remedy"),
    [
        ({"limit": 0}, "limit", "1 or more"),
        ({"limit": 1001}, "limit", "1000 or less"),
        ({"limit": "many"}, "limit", "whole number"),
        ({"limit": "9" * 400}, "limit", ""),
        ({"state": "done"}, "state", "'ready'"),
        ({"format": "xlsx"}, "format", "'csv'"),
        ({"created_after": "yesterday"}, "created_after", "2013-07-04"),
        ({"created_after": "1372896000"}, "created_after", "2013-07-04"),
        ({"created_before": "0001-01-01T00:00:00+14:00"}, "created_before", "2013-07-04"),
        ({"created_before": "9999-12-31T23:59:59-12:00"}, "created_before", "2013-07-04"),
        ({"cursor": "nonsense"}, "cursor", "next_cursor"),
        ({"cursor": "é"}, "cursor", "next_cursor"),
        ({"cursor": "AA"}, "cursor", "next_cursor"),
        ({"stat": "ready"}, "stat", "state"),
        ({"q": "a\0b"}, "q", "no text"),
        ({"collection": "\0"}, "collection", "no text"),
    ],
)
def test_a_filter_that_does_not_fit_is_named(
    query: dict[str, Any], path: str, remedy: str, rest: Rest
) -> None:
    answer = rest.get("/exports", **query)

    assert (answer.status_code, paths_of(answer)) == (422, [path])
    assert remedy in answer.json()["errors"][0]["message"]


def test_pages_neither_drop_nor_double_while_new_ones_come_in(
    rest: Rest, make_export: MakeExport
) -> None:
    for number in range(5):
        make_export(label=str(number))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while "cursor" not in query or query["cursor"]:
        page = rest.get("/exports", **query).json()
        seen += [each["label"] for each in page["items"]]
        query["cursor"] = page["next_cursor"]
        make_export(label="new")

    assert seen == ["4", "3", "2", "1", "0"]


def test_a_cursor_outlives_its_export(rest: Rest, make_export: MakeExport) -> None:
    exports = [make_export(label=str(number)) for number in range(4)]
    cursor = rest.get("/exports", limit=2).json()["next_cursor"]
    rest.send("DELETE", f"/exports/{exports[2].uid}")

    assert labels(rest, cursor=cursor) == ["1", "0"]


def test_the_last_page_says_so(rest: Rest, make_export: MakeExport) -> None:
    make_export()
    make_export()

    assert rest.get("/exports", limit=2).json()["next_cursor"] is None


def test_a_cursor_of_another_namespace_is_none(
    rest: Rest, outside: Rest, make_export: MakeExport
) -> None:
    make_export()
    make_export()
    cursor = rest.get("/exports", limit=1).json()["next_cursor"]

    assert paths_of(outside.get("/exports", cursor=cursor)) == ["cursor"]


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_the_same_queries_for_any_number_of_rows(
    rows: int,
    rest: Rest,
    make_export: MakeExport,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(rows):
        make_export()
    rest.get("/exports")  # notes that the key was used, once a minute
    clock = connection.vendor == "postgresql"

    with django_assert_num_queries(6 + clock):  # key, membership, exports, files, places (two)
        assert len(rest.get("/exports").json()["items"]) == rows


def test_an_exporter_sees_his_own(
    demo: Namespace, eve: User, admin: Caller, make_export: MakeExport
) -> None:
    make_export(label="of Ada")
    make_export(label="of Eve")
    Export.objects.filter(label="of Eve").update(created_by=eve)

    assert labels(Rest(key_for(demo, eve))) == ["of Eve"]


def test_it_shows_what_expired(rest: Rest, make_export: MakeExport) -> None:
    make_export(label="old")
    Export.objects.update(state=State.EXPIRED)

    assert labels(rest, state="expired") == ["old"]
