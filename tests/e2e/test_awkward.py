"""Names, labels and data made of awkward strings show as text, everywhere."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.e2e.awkward import TEXTS, plant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

    from exports.domain.access import Caller
    from exports.models import Collection

# Whatever came out of a text instead of its letters.
INJECTED = """() => {
  const wrong = [...document.querySelectorAll("*")].filter((each) =>
    each.matches(".planted, iframe, object, embed, base, style, script:not([src]), marquee, video")
    || [...each.attributes].some(({ name }) => name.startsWith("on") || name === "style"));
  return [...wrong.map((each) => each.outerHTML), ...("planted" in window ? ["it ran"] : [])];
}"""

# What makes the page wider than the screen.
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((each) =>
    each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.outerHTML.slice(0, 200))"""


def test_awkward_texts_are_shown_and_do_nothing(
    signed_in: Page, admin: Caller, trips: Collection
) -> None:
    walk(signed_in, admin, trips, TEXTS)


@pytest.mark.soak
@pytest.mark.skipif("CORPORA" not in os.environ, reason="CORPORA= names the folder of corpora")
def test_the_whole_list_of_naughty_strings(
    signed_in: Page, admin: Caller, trips: Collection
) -> None:
    with gzip.open(Path(os.environ["CORPORA"]) / "blns.json.gz") as file:
        texts = [each for each in json.load(file) if each]
    for start in range(0, len(texts), 60):
        walk(signed_in, admin, trips, texts[start : start + 60])


def walk(page: Page, admin: Caller, trips: Collection, texts: Sequence[str]) -> None:
    """Through every list to its end, and one page of each kind."""
    page.on("dialog", lambda dialog: pytest.fail(f"{page.url} asks {dialog.message}"))
    page.set_viewport_size({"width": 390, "height": 844})
    names = plant(admin, trips, texts)
    for kind, shown in names.items():
        text = ""
        address = f"/demo/{kind}"
        while address:
            page.goto(address)
            text += harmless(page)
            older = page.get_by_role("link", name="Older")
            address = older.get_attribute("href") or "" if older.count() else ""
            address = address and f"/demo/{kind}{address}" if address[:1] == "?" else address
        missing = [each for each in shown if " ".join(each.split()) not in text]
        assert missing == [], kind

    namespace = trips.namespace
    export = namespace.exports.latest("pk")
    template = namespace.templates.latest("pk")
    principal = namespace.principals.latest("pk")
    member = namespace.memberships.latest("pk")
    collection = namespace.collections.latest("pk")
    said = quote(texts[0])
    for address in (
        f"exports/{export.uid}",
        f"exports/{export.uid}/delete",
        f"exports/new?from={export.uid}",
        f"exports?q={said}&who={said}",
        f"templates/{template.uid}",
        f"templates/{template.uid}/edit",
        f"principals/{principal.uid}",
        f"members/{member.uid}",
        f"collections/{collection.name}",
        f"collections/{collection.name}/edit",
        "keys/new",
        "history",
        f"history?who={said}&subject={said}",
        "operations",
        "settings",
    ):
        page.goto(f"/demo/{address}")
        harmless(page)


def harmless(page: Page) -> str:
    """The text of a page, once nothing of it did anything."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate(INJECTED) == [], page.url
    assert page.evaluate(WIDE) == [], page.url
    text = page.evaluate("document.body.textContent")
    return " ".join(str(text).split()) + " "
