"""Pictures of a service with the sample, as it looks after some weeks of use."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from unittest.mock import patch

from django.utils import timezone
from playwright.sync_api import sync_playwright

from config.env import BASE_DIR
from exports.domain.claims import export_claim
from exports.domain.exports import export_create
from exports.domain.requests import request_parse
from exports.domain.runs import run_fail
from exports.management.group import Group
from exports.management.service import free_port, start_all
from exports.management.setup import set_up
from tests.e2e.chromium import ARGUMENTS, EXECUTABLE
from tests.e2e.entering import cookie_of, second_factor_on
from tests.e2e.furnishing import Stock, furnish, run_all
from tests.e2e.pages import IN, OUT, SECURED, Page, pages

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from exports.domain.access import Caller
    from exports.models import User

DAYS = 21
WHERE = {"field": "departure.delay_minutes", "operator": "gt", "value": 60}
PATHS = ("flight_date", "carrier", "origin", "dest", "departure.delay_minutes", "distance_miles")
EARLIER = (
    {"label": "Airlines, for the portal", "collection": "airlines", "format": "json"},
    {"label": "Airports, weekly", "collection": "airports", "format": "csv"},
    {"label": "Fleet by tail number", "collection": "planes", "format": "parquet"},
    {
        "label": "Late flights",
        "collection": "flights",
        "format": "jsonl",
        "where": WHERE,
        "paths": list(PATHS),
    },
)
PICTURES = Page("documents", "documents-pictures", "/demo/collections/digits/documents")
# A picture of each page at 1440 in the light; of these also in the dark, and on a telephone.
DARK = {"exports", "new", "export", "history"}
NARROW = {"exports", "new", "export", "history"}
WIDE, TABLET, TELEPHONE = (1440, 900), (768, 1024), (390, 844)
# Where something comes after the page itself: a live look, or pictures.
LIVE = {"new", "new-again", "documents-pictures"}
# Where this checkout lies is nobody's business.
ELSEWHERE = """([here, there]) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replaceAll(here, there);
  }
}"""


def take_all(folder: Path, *, whole: bool) -> None:
    ready = set_up()
    _weeks(ready.caller)
    made = furnish(ready.caller, Stock("flights", WHERE, PATHS))
    found = [*pages(made, "flights"), PICTURES]
    group = Group()
    try:
        address = start_all(group, free_port())
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
            camera = Camera(browser, address, ready.admin, folder, whole)
            for when in (OUT, IN, SECURED):
                if when == SECURED:
                    second_factor_on(ready.admin)
                for page in (each for each in found if each.when == when):
                    camera.take(page)
            browser.close()
    finally:
        group.end()


def _weeks(caller: Caller) -> None:
    """What the history shows: some exports on each day, of which a few failed."""
    chance = random.Random(7)  # the same in each picture
    now = timezone.now
    for ago in range(DAYS, 0, -1):

        def then(ago: int = ago) -> datetime:
            return now() - timedelta(days=ago)

        with patch("django.utils.timezone.now", then):
            for request in chance.choices(EARLIER, k=1 + chance.randrange(3)):
                export_create(caller, request_parse(request))
                if chance.random() < 0.1 and (claim := export_claim(worker="w")):
                    run_fail(claim, chance.choice(("storage_full", "timed_out")))
            run_all()


@dataclass(frozen=True)
class Camera:
    """Takes each page in the themes and widths that are wanted of it."""

    browser: Browser
    address: str
    admin: User
    folder: Path
    whole: bool

    def take(self, page: Page) -> None:
        self._shoot(page, "", WIDE, "light")
        if self.whole or page.name in DARK:
            self._shoot(page, "-dark", WIDE, "dark")
        if self.whole or page.name in NARROW:
            self._shoot(page, "-390", TELEPHONE, "light")
        if self.whole:
            self._shoot(page, "-768", TABLET, "light")

    def _shoot(
        self, page: Page, suffix: str, size: tuple[int, int], theme: Literal["light", "dark"]
    ) -> None:
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            base_url=self.address,
        )
        if page.when != OUT:
            context.add_cookies([cookie_of(self.admin, self.address)])
        window = context.new_page()
        window.goto(page.address)
        if page.name in LIVE:
            window.wait_for_timeout(1_000)
            window.wait_for_load_state("networkidle")
        window.evaluate(ELSEWHERE, [str(BASE_DIR), "/srv/waybill"])
        window.screenshot(path=self.folder / f"{page.name}{suffix}.png", full_page=self.whole)
        context.close()
