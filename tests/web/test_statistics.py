"""The page of statistics: asked for by a button, looked at again until they are there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from exports.queue.counting import count_claimed
from exports.web.counted import Line
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from exports.models import Collection

PAGE = "/demo/collections/trips/statistics"
TOPS = (
    "AA 334 · 33.4 % Export all with carrier AA B6 333 · 33.3 % Export all with carrier B6 "
    "UA 333 · 33.3 % Export all with carrier UA"
)


@pytest.mark.django_db(transaction=True)
def test_from_nothing_to_a_table(as_ada: Browser, trips: Collection) -> None:
    assert "Nobody has counted this collection yet." in as_ada.get(PAGE)

    assert as_ada.post(PAGE).headers["Location"] == PAGE
    waiting = one(as_ada.get(PAGE), "div", id="counted")
    assert (waiting.attributes["hx-get"], waiting.attributes["hx-trigger"]) == (PAGE, "every 2s")
    assert "Waiting for a worker." in waiting.text

    count_claimed()
    part = as_ada.poll(PAGE).content.decode()
    assert "hx-get" not in one(part, "div", id="counted").attributes
    rows = texts(part, "tr")[1:]
    assert rows[:3] == [
        "document_id text 100 % none is null 1,000 each is there once trip-0000 to trip-0999 —",
        f"carrier text 100 % none is null 3 AA to UA {TOPS}",
        rows[2],
    ]
    assert rows[2].startswith("delay integer 85.7 % 143 of 1,000 are null 100 0 to 99")
    assert rows[-3].startswith("tags list 100 % none is null — 2 elements each")
    query = parse_qs(urlsplit(elements(part, "a", class_="all-with")[0].attributes["href"]).query)
    assert (query["collection"], json.loads(query["where"][0])) == (
        ["trips"],
        {"field": "carrier", "value": "AA", "case_sensitive": True},
    )


@pytest.mark.parametrize(
    ("nulls", "says"),
    [(0, "100 %"), (1, "over 99.9 %"), (5000, "50 %"), (9999, "under 0.1 %"), (10_000, "0 %")],
)
def test_what_is_not_all_is_never_said_to_be(nulls: int, says: str) -> None:
    line = Line(
        path="a",
        element=False,
        type="text",
        role="",
        values=10_000,
        nulls=nulls,
        distinct=None,
        exact=False,
        least=None,
        most=None,
        lengths=None,
        top=[],
    )

    assert line.percent == says
