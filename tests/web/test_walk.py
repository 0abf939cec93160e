"""Whoever follows what the pages show gets somewhere; whatever an address asks is answered."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from django.utils import timezone

from exports.models import Collection, Export, Template
from tests.conftest import give, registered
from tests.web.conftest import Browser
from tests.web.reading import elements

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Principal, User
    from exports.sources.register import Registered

NOT_PAGES = ("/static/", "/api/", "/account/logout")


def walk(browser: Browser, start: str) -> dict[str, int]:
    """What becomes of each kind of address that a link leads to, from a page on."""
    seen: dict[str, int] = {}
    kinds: set[tuple[str, ...]] = set()
    asked = deque([start])
    while asked:
        address = asked.popleft()
        parts = urlsplit(address)
        kind = (parts.path, *sorted(name for name, _ in parse_qsl(parts.query)))
        if kind in kinds or parts.netloc or parts.path.startswith(NOT_PAGES):
            continue
        kinds.add(kind)
        answer = browser.client.get(address)
        seen[address] = answer.status_code
        if answer.status_code == 302:
            asked.append(urljoin(address, answer["Location"]))
        elif answer.status_code == 200 and not answer.streaming:
            links = elements(answer.content.decode(), "a")
            asked += [urljoin(address, each.attributes.get("href", "")) for each in links]
    return seen


@pytest.fixture
def busy(
    ada: User,
    eve: User,
    ua: Principal,
    trips: Collection,
    trips_found: Registered,
    ready: Export,
    running: Export,
    make_export: Callable[..., Export],
) -> None:
    """A workspace in which this and that has happened, and some of it is gone."""
    give(eve, trips.namespace, principal="", trips="export")
    Template.objects.create(
        namespace=trips.namespace,
        name="Weekly",
        collection=trips,
        created_by=eve,
        request={"format": "csv"},
    )
    gone = registered(trips.namespace, "gone", trips_found)
    made = make_export(collection="gone", label="Of what is gone")
    as_ada = Browser(ada)
    as_ada.post(f"/demo/principals/{ua.uid}/switch")
    as_ada.post(f"/demo/exports/{made.uid}/cancel")
    Collection.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())


@pytest.mark.parametrize(("who", "least"), [("ada", 30), ("eve", 15), ("ari", 15)])
@pytest.mark.usefixtures("busy")
def test_every_link_leads_somewhere(who: str, least: int, request: pytest.FixtureRequest) -> None:
    seen = walk(Browser(request.getfixturevalue(who)), "/demo/exports")
    assert {address: status for address, status in seen.items() if status not in (200, 302)} == {}
    assert len(seen) >= least, seen


# Whatever stands in an address: NUL, numbers of every size, texts that are no text, JSON.
ODD = (
    "\0",
    "-1",
    "9" * 400,
    "1e999",
    "é\u202e\ud800🙂",
    "[" * 3_000,
    "x" * 5_000,
    '"a"',
    "9999-12-31",
)
ASKED = {
    "exports": "q collection format who from to state before after moving",
    "exports/new": "from template collection where",
    "exports/new/values": "collection prefix principal field typed",
    "history": "action who subject since until days before after",
    "history/export.csv": "action who subject since until",
    "templates/new": "from",
    "collections/new/browse": "folder",
    "collections/new/location": "location",
    "collections/trips/documents": "where principal like by offset size",
    "collections/trips/documents/picture": "key path at principal",
}
BESIDE = {"collection": "trips", "field": "carrier", "like": '"trip-0001"', "key": '"trip-0001"'}


@pytest.mark.soak
@pytest.mark.parametrize("page", ASKED)
@pytest.mark.usefixtures("trips")
def test_no_address_breaks_a_page(as_ada: Browser, page: str) -> None:
    names = ASKED[page].split()
    for name in names:
        beside = {each: BESIDE[each] for each in names if each in BESIDE and each != name}
        for odd in ODD:
            query = urlencode({**beside, name: [odd, odd]}, doseq=True, errors="surrogatepass")
            for headers in ({}, {"HX-Request": "true"}):
                answer = as_ada.client.get(f"/demo/{page}?{query}", headers=headers)
                assert answer.status_code < 500, (name, odd[:20])
