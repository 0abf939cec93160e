"""Charts: numbers in, bars out; and the counts behind those of the history."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from exports.domain.daily import Day, daily
from exports.models import Export, State
from exports.web.charts import chart
from exports.web.wording import size
from tests.web.conftest import changed
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from tests.web.conftest import Browser


def test_bars_are_as_high_as_their_values() -> None:
    found = chart("Exports", ["1 May", "2 May", "3 May"], [0, 10, 5])

    assert [(bar.x, bar.y, bar.height) for bar in found.bars] == [
        (1, 100, 0),
        (11, 0, 100),
        (21, 50, 50),
    ]
    assert (found.total, found.top, found.width) == ("15", "10", 30)
    assert found.summary == "15 in all; the most, 10, on 2 May."


@pytest.mark.parametrize(
    ("most", "top"), [(0, "1"), (1, "1"), (3, "5"), (11, "20"), (99, "100"), (5001, "10,000")]
)
def test_the_scale_ends_at_a_round_number(most: int, top: str) -> None:
    assert chart("Rows", ["1 May"], [most]).top == top


def test_little_is_seen_beside_much() -> None:
    assert chart("Bytes", ["a", "b"], [1, 10**12], told=size).bars[0].height == 2


def test_nothing_says_so() -> None:
    assert chart("Failures", ["1 May"], [0]).summary == "Nothing in this time."
    assert chart("Failures", [], []).bars == []


def test_a_drawing_has_a_name_and_says_what_it_shows() -> None:
    drawn = chart("Rows", ["<1 May>", "2 May"], [3, 4], tone="bad")
    html = render_to_string("charts/bars.html", {"chart": drawn})

    drawing = one(html, "svg", role="img")
    named = [one(html, id=each).text for each in drawing.attributes["aria-labelledby"].split()]
    assert named == ["Rows", "7 in all; the most, 4, on 2 May."]
    assert texts(html, "rect") == ["<1 May>: 3", "2 May: 4"]
    assert "style=" not in html


def ended(export: Export, days_ago: int, **fields: object) -> None:
    noon = datetime.combine(timezone.now().date(), time(12), tzinfo=UTC)
    at = noon - timedelta(days=days_ago)
    changed(export, created_at=at, ended_at=at, **fields)


def test_days_are_counted_by_the_database(
    admin: Caller, make_export: Callable[..., Export]
) -> None:
    ended(make_export(), 1, state=State.READY, rows_done=10, bytes_done=100)
    ended(make_export(), 1, state=State.EXPIRED, rows_done=5, bytes_done=50)
    ended(make_export(), 2, state=State.ERROR, rows_done=7, bytes_done=70)
    ended(make_export(), 7, state=State.READY, rows_done=1, bytes_done=1)
    gone = make_export()
    ended(gone, 3, state=State.CANCELLED, rows_done=9, deleted_at=timezone.now())

    today = timezone.now().date()
    assert [each for each in daily(admin, 7) if each.exports] == [
        Day(today - timedelta(days=3), exports=1),
        Day(today - timedelta(days=2), exports=1, failures=1),
        Day(today - timedelta(days=1), exports=2, rows=15, bytes=150),
    ]
    assert [each.day for each in daily(admin, 7)][::6] == [today - timedelta(days=6), today]


def test_the_page_shows_as_many_days_as_its_address_says(as_ari: Browser, ready: Export) -> None:
    html = as_ari.get("/demo/history", days="7")

    assert texts(html, "figcaption") == ["Exports 1", "Rows 50", "Bytes 2.3 kB", "Failures 0"]
    days = elements(html, "table")[0].text
    assert days.count(str(timezone.now().year)) + days.count(str(timezone.now().year - 1)) == 7
    assert [each.text for each in elements(html, "a", aria_current="true")] == ["History", "7 days"]


def test_what_is_no_range_shows_a_month(as_ari: Browser) -> None:
    assert one(as_ari.get("/demo/history", days="999999"), id="charts-title").text == (
        "The last 30 days"
    )


def test_who_looks_for_something_sees_no_charts(as_ari: Browser) -> None:
    assert texts(as_ari.get("/demo/history", who="ada"), "figure") == []
