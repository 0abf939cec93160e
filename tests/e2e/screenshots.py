"""``make screenshots``: every page of a service that has been used for weeks, for docs/images.

It starts a service of its own with the sample, in a state folder that it throws away.
"""

from __future__ import annotations

import os
import random
import tempfile
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unittest.mock import patch

from playwright.sync_api import sync_playwright

from tests.e2e.chromium import ARGUMENTS, EXECUTABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser

    from exports.domain.access import Caller
    from exports.management.setup import Ready

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
DAYS = 21
WHERE = {"field": "departure.delay_minutes", "operator": "gt", "value": 60}
PATHS = ("flight_date", "carrier", "origin", "dest", "departure.delay_minutes", "distance_miles")
EARLIER = (
    ("Airlines, for the portal", {"collection": "airlines", "format": "json"}),
    ("Airports, weekly", {"collection": "airports", "format": "csv"}),
    ("Fleet by tail number", {"collection": "planes", "format": "parquet"}),
    (
        "Late flights",
        {"collection": "flights", "format": "jsonl", "where": WHERE, "paths": list(PATHS)},
    ),
)
# A picture of each at 1440 in the light; of these also in the dark, and on a telephone.
DARK = {"exports", "new", "export", "history", "collection", "operations"}
NARROW = {"exports", "new", "export", "history", "collections", "keys"}
LIVE = 2_500  # milliseconds, until what is live beside a form has come
WIDE, TABLET, TELEPHONE = (1440, 900), (768, 1024), (390, 844)


def main(folder: Path, *, whole: bool) -> None:
    """:param whole: each page to its end, also at the widths between, for looking at them."""
    with tempfile.TemporaryDirectory(prefix="waybill-pictures-") as var:
        os.environ |= {
            "WAYBILL_VAR": var,
            "WAYBILL_SCRIPTS": "1",
            "WAYBILL_WORKERS": "2",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright runs an event loop
        }
        for name in ("REDIS_URL", "DATABASE_URL"):
            os.environ.pop(name, None)
        import django

        django.setup()
        folder.mkdir(parents=True, exist_ok=True)
        _take(folder, whole=whole)


def _take(folder: Path, *, whole: bool) -> None:
    from exports.management.group import Group
    from exports.management.service import free_port, start_all
    from exports.management.setup import set_up
    from tests.e2e.furnishing import Stock, furnish
    from tests.e2e.pages import pages

    ready = set_up()
    _weeks(ready.caller)
    made = furnish(ready.caller, Stock("flights", WHERE, PATHS))
    group = Group()
    try:
        address = start_all(group, free_port())
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
            camera = Camera(browser, address, _cookie(ready), folder, whole)
            for page in pages(made, "flights"):
                camera.take(page.name, page.address)
            camera.take("documents-pictures", "/demo/collections/digits/documents")
            camera.take("sign-in", "/account/login/", signed_in=False)
            browser.close()
    finally:
        group.end()


def _weeks(caller: Caller) -> None:
    """What the history shows: some exports on each day, fewer at weekends, a few that failed."""
    from django.utils import timezone

    from exports.domain.claims import export_claim
    from exports.domain.exports import export_create
    from exports.domain.requests import request_parse
    from exports.domain.runs import run_fail
    from tests.e2e.furnishing import run_all

    chance = random.Random(7)  # the same pictures each time
    now = timezone.now
    for ago in range(DAYS, 0, -1):

        def then(ago: int = ago) -> datetime:
            return now() - timedelta(days=ago)

        with patch("django.utils.timezone.now", then):
            for label, request in chance.choices(EARLIER, k=1 + chance.randrange(3)):
                export_create(caller, request_parse({"label": label, **request}))
                if chance.random() < 0.1 and (claim := export_claim(worker="w")):
                    run_fail(claim, chance.choice(("storage_full", "timed_out")))
            run_all()


def _cookie(ready: Ready) -> Mapping[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(ready.admin)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": session.key, "value": session.value}


@dataclass(frozen=True)
class Camera:
    """Takes each page in the themes and widths that are wanted of it."""

    browser: Browser
    address: str
    cookie: Mapping[str, str]
    folder: Path
    whole: bool

    def take(self, name: str, address: str, *, signed_in: bool = True) -> None:
        self._shoot(name, address, WIDE, "light", signed_in=signed_in)
        if self.whole or name in DARK:
            self._shoot(f"{name}-dark", address, WIDE, "dark", signed_in=signed_in)
        if self.whole or name in NARROW:
            self._shoot(f"{name}-390", address, TELEPHONE, "light", signed_in=signed_in)
        if self.whole:
            self._shoot(f"{name}-768", address, TABLET, "light", signed_in=signed_in)

    def _shoot(
        self,
        name: str,
        address: str,
        size: tuple[int, int],
        theme: Literal["light", "dark"],
        *,
        signed_in: bool,
    ) -> None:
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            base_url=self.address,
            locale="en-GB",
        )
        if signed_in:
            context.add_cookies([{**self.cookie, "url": self.address}])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(address)
        page.wait_for_timeout(LIVE if "/new" in address else 0)
        page.screenshot(path=self.folder / f"{name}.png", full_page=self.whole)
        context.close()


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--whole", action="store_true", help="to the end, at every width")
    given = parser.parse_args()
    main(given.folder, whole=given.whole)
