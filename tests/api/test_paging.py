"""A list that is read page by page while lines come in and go: none is dropped, none is doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.audit import SYSTEM, audit_append
from exports.models import Export
from tests.api.asking import TRIPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exports.models import Namespace
    from tests.api.conftest import Rest


def pages(rest: Rest, path: str, limit: int) -> Iterator[list[Any]]:
    cursor = ""
    while cursor is not None:
        page = rest.get(path, limit=limit, **({"cursor": cursor} if cursor else {})).json()
        yield page["items"]
        cursor = page["next_cursor"]


@pytest.mark.parametrize("limit", [1, 3])
def test_exports_come_in_and_are_deleted_between_the_pages(
    limit: int, rest: Rest, make_export: Callable[..., Export]
) -> None:
    before = [make_export().uid for _ in range(10)][::-1]
    gone, seen = set(), []

    for page in pages(rest, "/exports", limit):
        seen += [each["id"] for each in page]
        rest.post("/exports", TRIPS)
        # The one at which the page ended, and the one that would have come next but one.
        ahead = [each for each in before if each not in seen][1:2]
        for uid in [seen[-1], *ahead]:
            rest.send("DELETE", f"/exports/{uid}")
        gone |= {*ahead}

    assert seen == [uid for uid in before if uid not in gone]
    assert gone


@pytest.mark.parametrize("limit", [2, 7])
def test_events_come_in_between_the_pages(limit: int, rest: Rest, demo: Namespace) -> None:
    def happen(times: int) -> None:
        for nth in range(times):
            audit_append(demo, "settings.changed", actor=SYSTEM, subject=demo.uid, nth=nth)

    happen(15)
    before = [each["hash"] for each in rest.get("/audit", limit=1_000).json()["items"]]
    seen = []

    for page in pages(rest, "/audit", limit):
        seen += [each["hash"] for each in page]
        happen(3)

    assert seen == before
