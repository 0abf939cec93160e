"""Every page, in a browser: for everybody who may see it, at every width, in the light and dark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client

from exports.models import Export
from tests.conftest import give
from tests.e2e.entering import cookie_of, entered, second_factor_on
from tests.e2e.furnishing import Furnished, Stock, furnish
from tests.e2e.pages import (
    ADMIN,
    AUDITOR,
    EXPORTER,
    IN,
    NO_PAGES,
    ON_THE_WAY,
    OUT,
    OUTSIDER,
    SECURED,
    pages,
    routes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from exports.domain.access import Caller
    from exports.models import Collection, User

STOCK = Stock("trips", {"delay": {"$gte": 95}}, ("carrier", "delay", "at"))
# The themes differ in their colours and in nothing else.
CONTRAST = {"runOnly": ["color-contrast"]}
# Rows are like those above them; make soak looks at each.
ALIKE = [["tbody tr:nth-child(n+4)"], ["li:nth-child(n+8)"], [".example:nth-child(n+2)"]]


@pytest.fixture
def made(transactional_db: None, admin: Caller, rich: Collection, settings: Any) -> Furnished:
    settings.SCRIPTS = True
    found = furnish(admin, STOCK)
    Export.objects.filter(pk=found.ready.pk).update(notices={"reference_to_nothing": 3})
    return found


@pytest.fixture
def people(ada: User, eve: User, ari: User, olaf: User, made: Furnished) -> dict[str, User]:
    give(eve, made.ready.namespace, **{STOCK.collection: "export"})
    return {ADMIN: ada, EXPORTER: eve, AUDITOR: ari, OUTSIDER: olaf}


def test_every_page_is_there_for_whom_it_is(people: dict[str, User], made: Furnished) -> None:
    found = pages(made, STOCK.collection)
    assert routes() == {each.route for each in found} | NO_PAGES | ON_THE_WAY

    inside = [each for each in found if each.when == IN]
    clients = {role: entered(user) for role, user in people.items()}
    assert {each.address: opened(clients, each.address) for each in inside} == {
        each.address: each.roles for each in inside
    }
    for each in (each for each in inside if each.address.startswith("/demo")):
        assert clients[OUTSIDER].get(each.address).status_code == 404, each.address
        assert Client().get(each.address).status_code == 302, each.address


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_fits(
    page: Page, live_server: LiveServer, people: dict[str, User], made: Furnished, half: int
) -> None:
    """In two halves, since it takes longest of all and there are two cores."""
    found = pages(made, STOCK.collection)[half::2]
    page.set_viewport_size({"width": 390, "height": 844})
    wrong: dict[str, list[str]] = {}
    for when in (OUT, IN, SECURED):
        enter(page, people[ADMIN], when, live_server.url)
        for each in (each for each in found if each.when == when):
            page.emulate_media(color_scheme="light")
            wrong[each.address] = look(page, each.address, ALIKE)
            page.emulate_media(color_scheme="dark")
            wrong[each.address] += axe(page, CONTRAST, ALIKE)
    assert {address: told for address, told in wrong.items() if told} == {}


def opened(clients: dict[str, Client], address: str) -> set[str]:
    return {role for role in clients if clients[role].get(address).status_code == 200}


@pytest.mark.soak
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 390])
@pytest.mark.parametrize("role", [ADMIN, EXPORTER, AUDITOR, OUTSIDER])
def test_every_page_for_every_role_at_every_width(
    browser: Browser,
    live_server: LiveServer,
    people: dict[str, User],
    made: Furnished,
    role: str,
    width: int,
    theme: Any,
) -> None:
    """What is refused is a page, too; the browser says on its console that it was refused."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda each: said.append(f"{each.type}: {each.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    found = pages(made, STOCK.collection)
    for when in (OUT, IN, SECURED):
        enter(page, people[role], when, live_server.url)
        for each in (each for each in found if each.when == when):
            assert look(page, each.address) == [], each.address
    context.close()
    refused = "error: Failed to load resource: the server responded with a status of 40"
    assert [each for each in said if not each.startswith(refused)] == []


def enter(page: Page, user: User, when: str, address: str) -> None:
    page.context.clear_cookies()
    if when == SECURED:
        second_factor_on(user)
    if when != OUT:
        page.context.add_cookies([cookie_of(user, address)])


def look(page: Page, address: str, but: Sequence[Sequence[str]] = ()) -> list[str]:
    """What is wrong with a page whose folds are all open; ``but`` is not looked at by axe."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    wrong = []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        wrong.append(f"{wide} pixels wider than the screen")
    if (headings := page.locator("h1").count()) != 1:
        wrong.append(f"{headings} headings of the first rank")
    if not page.title():
        wrong.append("no title")
    page.evaluate(AXE_SCRIPT)
    return [*wrong, *axe(page, {}, but)]


def axe(page: Page, options: dict[str, Any], but: Sequence[Sequence[str]]) -> list[str]:
    """Violations, with the elements that they are about; axe is in the page already."""
    context = json.dumps({"include": [["html"]], "exclude": but})
    told = json.dumps({"resultTypes": ["violations"], **options})
    found = page.evaluate(f"axe.run({context}, {told}).then((results) => results.violations)")
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
