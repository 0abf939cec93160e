"""The list of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pytest_django import DjangoAssertNumQueries

from exports.models import Export, State
from tests.web.conftest import Browser, changed
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exports.models import Collection, Namespace

LIST = "/demo/exports"


def labels(html: str) -> list[str]:
    return [text.split(" exp_")[0] for text in texts(html, "th", class_="what")]


def test_it_shows_the_newest_first(as_ada: Browser, make_export: Callable[..., Export]) -> None:
    for label in ("First", "Second", "Third"):
        make_export(label=label)

    assert labels(as_ada.get(LIST)) == ["Third", "Second", "First"]


def test_a_row_says_what_how_much_and_by_whom(as_ada: Browser, ready: Export) -> None:
    row = one(as_ada.get(LIST), "tr", id=ready.uid).text

    assert row == (
        f"Choose Late trips Ready Late trips {ready.uid} trips · CSV 50 rows · 2.3 kB · just now "
        "trips CSV 50 2.3 kB ada@example.org just now 0.0 s 7 days"
    )


def test_tabs_count_by_state_and_show_one(
    as_ada: Browser, ready: Export, running: Export, make_export: Callable[..., Export]
) -> None:
    make_export(label="Waits")

    html = as_ada.get(LIST, state="active")

    assert texts(html, "a", id="tab-1") == ["All 3"]
    assert texts(html, "a", aria_current="true", id="tab-2") == ["In progress 2"]
    assert texts(html, "a", id="tab-3") == ["Ready 1"]
    assert labels(html) == ["Waits", "Running"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "LATE"}, ["Late trips"]),
        ({"q": "nothing"}, []),
        ({"format": "csv"}, ["Late trips"]),
        ({"format": "parquet"}, ["Running"]),
        ({"collection": "trips"}, ["Running", "Late trips"]),
        ({"collection": "planes"}, []),
        ({"who": "ADA"}, ["Running", "Late trips"]),
        ({"who": "eve"}, []),
        ({"from": "2013-01-01"}, ["Running", "Late trips"]),
        ({"to": "2013-01-01"}, []),
        ({"from": "0001-01-01", "to": "9999-12-31"}, ["Running", "Late trips"]),
        ({"from": "yesterday", "to": "2013-02-30"}, ["Running", "Late trips"]),
        ({"state": "nonsense", "format": "nonsense"}, ["Running", "Late trips"]),
        ({"q": "a\0b"}, ["Running", "Late trips"]),
        ({"before": "exp_none"}, ["Running", "Late trips"]),
    ],
)
def test_the_address_filters(
    as_ada: Browser, ready: Export, running: Export, query: dict[str, str], found: list[str]
) -> None:
    assert labels(as_ada.get(LIST, **query)) == found


def test_what_means_nothing_is_left_out_and_said(as_ada: Browser, ready: Export) -> None:
    html = as_ada.get(LIST, **{"from": "yesterday", "state": "gone", "format": "doc", "q": "Late"})

    said = one(html, "p", class_="left-out").text
    assert "from=yesterday, " in said
    assert [each for each in ("state=gone", "format=doc") if each not in said] == []
    assert labels(html) == ["Late trips"]


def test_an_id_finds_its_export(as_ada: Browser, ready: Export, running: Export) -> None:
    assert labels(as_ada.get(LIST, q=ready.uid)) == ["Late trips"]


def test_pages_follow_each_other_without_gap_or_double(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    for number in range(28):
        make_export(label=f"No. {number}")
    first = as_ada.get(LIST, format="parquet")

    second = as_ada.get(LIST + one(first, "a", rel="next").attributes["href"])

    assert labels(first) + labels(second) == [f"No. {number}" for number in reversed(range(28))]
    assert texts(second, "a", rel="next") == []
    back = as_ada.get(LIST + one(second, "a", rel="prev").attributes["href"])
    assert (labels(back), texts(back, "a", rel="prev")) == (labels(first), [])


def test_a_newer_page_is_whole(as_ada: Browser, make_export: Callable[..., Export]) -> None:
    made = [make_export(label=f"No. {number}") for number in range(30)]

    page = as_ada.get(LIST, after=made[2].uid)

    assert labels(page) == [f"No. {number}" for number in reversed(range(3, 28))]
    assert labels(as_ada.get(LIST, after=made[10].uid))[0] == "No. 29"


def test_a_page_stays_where_it_was_when_its_first_row_is_deleted(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    older, cursor = make_export(label="Older"), make_export(label="Cursor")
    changed(cursor, deleted_at=cursor.created_at)

    assert labels(as_ada.get(LIST, before=cursor.uid)) == [older.label]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    as_ada: Browser,
    make_export: Callable[..., Export],
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        make_export()

    # Session, user, workspace, role; counts, rows, places in the queue (two), collections, room
    # (three), workspaces.
    with django_assert_num_queries(13):
        as_ada.get(LIST)


@pytest.mark.usefixtures("a_worker")
def test_it_asks_again_only_while_something_moves(
    as_ada: Browser, ready: Export, make_export: Callable[..., Export]
) -> None:
    assert "hx-trigger" not in one(as_ada.get(LIST), id="moving").attributes

    first, second = make_export(), make_export()

    asks = one(as_ada.get(LIST), id="moving").attributes
    assert asks["hx-trigger"] == "every 2s"
    assert asks["hx-get"] == f"?&moving={second.uid},{first.uid}"


@pytest.mark.usefixtures("a_worker")
def test_what_waits_says_where_in_the_queue(
    as_ada: Browser, running: Export, make_export: Callable[..., Export]
) -> None:
    waiting = [make_export(label="Trips") for _ in range(3)]

    html = as_ada.get(LIST)

    assert [one(html, "tr", id=each.uid).text.split(" Trips exp")[0] for each in waiting] == [
        f"Choose Trips Waiting {place}" for place in ("next in turn", "1 before it", "2 before it")
    ]
    assert one(html, id="queue").text == ""


@pytest.mark.usefixtures("no_worker")
def test_without_a_worker_it_says_so_and_asks_seldom(
    as_ada: Browser, make_export: Callable[..., Export], running: Export
) -> None:
    make_export()
    html = as_ada.get(LIST)
    assert one(html, id="queue").text.startswith("No worker is running.")
    assert one(html, id="moving").attributes["hx-trigger"] == "every 2s"

    changed(running, state=State.CANCELLED, slot=None)

    assert one(as_ada.get(LIST), id="moving").attributes["hx-trigger"] == "every 30s"


@pytest.mark.usefixtures("no_worker")
def test_without_redis_the_page_is_there_and_says_so(
    as_ada: Browser, make_export: Callable[..., Export], settings: Any, tmp_path: Path
) -> None:
    make_export()
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"

    assert one(as_ada.get(LIST), id="queue").text == (
        "The queue cannot be reached. What waits is kept, and starts once it can be."
        " Operations shows how the service stands."
    )


def test_a_poll_brings_the_rows_that_move_and_stops_when_they_rest(
    as_ada: Browser, running: Export, ready: Export
) -> None:
    moving = as_ada.poll(LIST, moving=running.uid).content.decode()
    changed(running, state=State.CANCELLED, slot=None)
    rested = as_ada.poll(LIST, moving=running.uid).content.decode()

    assert one(moving, "tr").attributes["id"] == running.uid
    assert one(moving, id="moving").attributes["hx-trigger"] == "every 2s"
    assert one(rested, "tr").attributes == {"id": running.uid, "hx-swap-oob": "true"}
    assert "hx-trigger" not in one(rested, id="moving").attributes


def test_a_poll_brings_nothing_of_another_workspace(as_olaf: Browser, running: Export) -> None:
    html = as_olaf.poll("/other/exports", moving=running.uid).content.decode()

    assert texts(html, "tr") == []
    assert running.label not in html


def test_an_exporter_sees_his_own_only(as_eve: Browser, eves_export: Export, ready: Export) -> None:
    html = as_eve.get(LIST)

    assert labels(html) == ["Eve's own"]
    assert texts(html, "a", id="tab-1") == ["All 1"]


def test_a_page_begins_at_no_export_of_somebody_else(
    as_eve: Browser, eves_export: Export, ready: Export
) -> None:
    for uid in (ready.uid, "exp_none"):
        html = as_eve.get(LIST, before=uid)
        assert labels(html) == ["Eve's own"]
        assert f"before={uid}" in one(html, "p", class_="left-out").text


def test_an_auditor_sees_all_and_is_offered_nothing_to_make(as_ari: Browser, ready: Export) -> None:
    html = as_ari.get(LIST)

    assert labels(html) == ["Late trips"]
    assert "New export" not in html


def test_the_room_that_is_taken_is_for_admins(
    as_ada: Browser, as_eve: Browser, as_ari: Browser, ready: Export, eves_export: Export
) -> None:
    pages = [browser.get(LIST) for browser in (as_ada, as_eve, as_ari)]

    assert [texts(page, "p", class_="usage") for page in pages] == [["4.7 kB stored"], [], []]
    assert ['name="who"' in page for page in pages] == [True, False, True]


def test_an_empty_list_says_how_to_begin(as_ada: Browser, as_ari: Browser) -> None:
    assert "Make the first export" in as_ada.get(LIST)
    assert "Make the first export" not in as_ari.get(LIST)


@pytest.mark.usefixtures("trips", "other")
def test_a_label_of_awkward_characters_is_text(
    as_ada: Browser, make_export: Callable[..., Export], demo: Namespace
) -> None:
    label = "<script>alert('1')</script> & \"x\" {{ 7 }} \u202e \U0001f4a9"
    export = make_export(label=label)

    for path in (LIST, f"{LIST}/{export.uid}", f"{LIST}/{export.uid}/delete", "/demo/history"):
        html = as_ada.get(path)
        assert label in " ".join(texts(html, "bdi") + texts(html, "h1"))
        assert "<script>alert" not in html


def test_a_name_of_a_collection_is_text_too(as_ada: Browser, trips: Collection) -> None:
    trips.name = "<b>&\"'%?#"
    trips.save()

    html = as_ada.get("/demo/collections")
    links = [each.attributes["href"] for each in elements(html, "a")]
    (address,) = [link for link in links if link.startswith("/demo/collections/%")]

    assert one(html, "th", class_="what").text == trips.name
    assert texts(as_ada.get(address), "h1") == [trips.name]
