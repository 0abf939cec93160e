"""Documents as cards, their pictures, and the way from them to an export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from exports.domain.audit import SYSTEM
from exports.domain.collections import collection_register
from exports.models import AuditEvent, Collection
from tests.conftest import give
from tests.plugin import VAR
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from pathlib import Path

    from exports.models import Namespace, Principal, User

PAGE = "/demo/collections/trips/documents"
DRAWINGS = "/demo/collections/drawings/documents"
PICTURE = f"{DRAWINGS}/picture"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.fixture(scope="session")
def drawings_file() -> Path:
    """Six documents whose vectors turn further and further from the first one's."""
    folder = VAR / "sources" / "drawings"
    (folder / "art").mkdir(parents=True, exist_ok=True)
    (folder / "secret.png").write_bytes(PNG)
    (folder / "art" / "0.png").write_bytes(PNG)
    (folder / "art" / "1.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    (folder / "art" / "2.png").write_bytes(PNG + bytes(9 << 20))
    with duckdb.connect() as engine:
        engine.execute(
            f"""
            COPY (SELECT 'd' || i AS id, [cos(i / 4), sin(i / 4)]::FLOAT[] AS shape,
                CASE i WHEN 3 THEN '../secret.png' WHEN 4 THEN NULL ELSE i || '.png' END AS file,
                ['a', 'b'][i % 2 + 1] AS who, i AS number
            FROM range(6) r(i)) TO '{folder}/drawings.parquet'
            """
        )
    return folder / "drawings.parquet"


@pytest.fixture
def drawings(demo: Namespace, drawings_file: Path) -> Collection:
    return collection_register(
        namespace=demo,
        name="drawings",
        locations=[str(drawings_file)],
        key="id",
        marks={"shape": {"role": "vector"}, "file": {"role": "file"}},
        access=["who"],
        file_root=str(drawings_file.parent / "art"),
        actor=SYSTEM,
    )


def status(browser: Browser, address: str, **query: str) -> int:
    return browser.client.get(address, query).status_code


def titles(html: str) -> list[str]:
    return texts(html, "div", class_="document-head")


def asked(address: str) -> dict[str, Any]:
    """What an address of a new export asks for."""
    parts = urlsplit(address)
    assert parts.path == "/demo/exports/new"
    found = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {**found, "where": json.loads(found["where"])} if "where" in found else found


def exports_of(html: str, value: str) -> list[dict[str, Any]]:
    """The exports that are offered of the documents with a value."""
    links = elements(html, "a", class_="all-with")
    return [asked(each.attributes["href"]) for each in links if each.text.endswith(value)]


def test_it_shows_the_first_twenty_and_how_many_there_are(
    as_ada: Browser, trips: Collection
) -> None:
    html = as_ada.get(PAGE)

    assert titles(html) == [f"trip-{at:04}" for at in range(20)]
    assert texts(html, "dl", class_="values")[1] == (
        "carrier UA Export all with carrier UA delay 1 place.lat 0.1 place.lon -0.1 "
        'tags ["t1", "t1"] at 2013-01-01T01:00:00Z'
    )
    assert "1 to 20 of 1,000" in texts(html, "p", class_="numbers")
    assert [each.action for each in AuditEvent.objects.filter(subject=trips.uid)] == [
        "collection.registered",
        "rows.previewed",
    ]


def test_the_next_page_follows_up_to_the_thousandth(as_ada: Browser, trips: Collection) -> None:
    following = one(as_ada.get(PAGE), "a", rel="next").attributes["href"]
    assert titles(as_ada.get(PAGE + following))[0] == "trip-0020"

    last = as_ada.get(PAGE, offset="99999")
    assert (titles(last)[-1], elements(last, "a", rel="next")) == ("trip-0999", [])


def test_a_filter_is_kept_on_the_way(as_ada: Browser, trips: Collection, ua: Principal) -> None:
    where = '{"delay": {"$gt": 50}}'
    html = as_ada.get(PAGE, where=where, principal="UA")

    assert titles(html)[0] == "trip-0052"
    assert asked(one(html, "a", class_="button-first").attributes["href"]) == {
        "collection": "trips",
        "where": json.loads(where),
        "principal": "UA",
    }
    assert parse_qs(one(html, "a", rel="next").attributes["href"][1:]) == {
        "where": [where],
        "principal": ["UA"],
        "offset": ["20"],
    }


@pytest.mark.parametrize(
    ("query", "place", "says"),
    [
        ({"where": "{"}, "id_where", "The filter is no valid JSON"),
        ({"where": '{"colour": 1}'}, "id_where", "There is no property 'colour'"),
        ({"principal": "nobody"}, "id_principal", "There is no such principal here"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    as_ada: Browser, trips: Collection, query: dict[str, str], place: str, says: str
) -> None:
    html = as_ada.get(PAGE, **query)

    assert one(html, "ul", id=f"{place}_error").text.startswith(says)
    assert "autofocus" in one(html, "", id=place).attributes
    assert one(html, "textarea").text == query.get("where", "")
    assert titles(html) == []


def test_what_is_ticked_goes_on_to_a_new_export(as_ada: Browser, trips: Collection) -> None:
    answer = as_ada.post(PAGE, key=['"trip-0001"', '"trip-0003"'])

    assert asked(answer.headers["Location"]) == {
        "collection": "trips",
        "where": {
            "field": "document_id",
            "operator": "in",
            "value": ["trip-0001", "trip-0003"],
            "case_sensitive": True,
        },
    }


def test_nothing_ticked_is_said(as_ada: Browser, trips: Collection) -> None:
    html = as_ada.post(PAGE).content.decode()

    assert one(html, "p", id="pick_error").text == "Tick a document first."


def test_what_is_too_long_for_an_address_keeps_its_ticks(
    as_ada: Browser, trips: Collection
) -> None:
    keys = ['"trip-0002"', *(f'"{at:03}{"x" * 97}"' for at in range(90))]
    html = as_ada.post(PAGE, key=keys).content.decode()

    assert "Tick fewer" in one(html, "p", id="pick_error").text
    ticked = [each for each in elements(html, "input", name="key") if "checked" in each.attributes]
    assert [each.attributes["value"] for each in ticked] == ['"trip-0002"']


def test_what_is_no_key_is_no_document(as_ada: Browser, drawings: Collection) -> None:
    for key in ("{", "[]", "null", "true", '"\\u0000"', '"\\ud800"', "1" * 5000):
        assert as_ada.post(DRAWINGS, key=key).status_code == 404
        assert status(as_ada, PICTURE, key=key, path="file") == 404
        assert status(as_ada, DRAWINGS, like=key, by="shape") == 404
    assert status(as_ada, DRAWINGS, like="1", by="shape") == 404
    assert status(as_ada, DRAWINGS, like='"d9"', by="shape") == 404
    assert status(as_ada, DRAWINGS, like='"d0"', by="who") == 404


def test_all_with_a_value_that_others_share(as_ada: Browser, drawings: Collection) -> None:
    html = as_ada.get(DRAWINGS)

    where = {"field": "who", "value": "a", "case_sensitive": True}
    assert exports_of(html, "who a") == [{"collection": "drawings", "where": where}] * 3
    assert exports_of(html, "number 1") == []


def test_those_like_it_come_nearest_first_and_ticked(as_ada: Browser, drawings: Collection) -> None:
    like = elements(as_ada.get(DRAWINGS), "a")
    address = next(each for each in like if each.text == "Export those like it: d0")
    html = as_ada.get(address.attributes["href"])

    assert titles(html) == ["d0", "d1", "d2", "d3", "d4", "d5"]
    boxes = elements(html, "input", name="key")
    assert [each.attributes["value"] for each in boxes if "checked" in each.attributes] == [
        f'"d{at}"' for at in range(6)
    ]


def test_a_principal_sees_only_his_own_near_ones_and_pictures(
    as_ada: Browser,
    as_eve: Browser,
    demo: Namespace,
    eve: User,
    drawings: Collection,
    aa: Principal,
) -> None:
    type(aa).objects.filter(pk=aa.pk).update(identities=["a"])
    give(eve, demo, "AA", drawings="preview")

    assert titles(as_eve.get(DRAWINGS, like='"d0"', by="shape")) == ["d0", "d2", "d4"]
    assert status(as_eve, DRAWINGS, like='"d1"', by="shape") == 404
    assert status(as_eve, PICTURE, key='"d0"', path="file") == 200
    assert status(as_eve, PICTURE, key='"d1"', path="file") == 404
    assert elements(as_eve.get(DRAWINGS), "input", name="key") == []  # he may not export them


def test_a_picture_is_what_its_bytes_say_and_nothing_else(
    as_ada: Browser, drawings: Collection
) -> None:
    html = as_ada.get(DRAWINGS)
    picture = elements(html, "img")[0]
    answer = as_ada.client.get(picture.attributes["src"])

    assert (answer.status_code, answer.content) == (200, PNG)
    assert {
        name: answer.headers[name]
        for name in ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy")
    } == {
        "Content-Type": "image/png",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


NO_PICTURES: list[dict[str, str]] = [
    {"key": '"d1"', "path": "file"},  # an SVG that calls itself a PNG
    {"key": '"d2"', "path": "file"},  # too large
    {"key": '"d3"', "path": "file"},  # outside the folder
    {"key": '"d4"', "path": "file"},  # null
    {"key": '"d5"', "path": "file"},  # not there
    {"key": '"d9"', "path": "file"},
    {"key": '"d0"', "path": "who"},
    {"key": '"d0"', "path": "nothing"},
    {"key": '"d0"', "path": "file", "at": "1"},
    {"key": "1", "path": "file"},
    {"key": '"d0"'},
    {},
]


def test_there_is_no_other_picture(as_ada: Browser, drawings: Collection) -> None:
    assert [query for query in NO_PICTURES if status(as_ada, PICTURE, **query) != 404] == []


def test_who_may_not_look_is_shown_nothing(
    as_ari: Browser, as_olaf: Browser, as_eve: Browser, eve: User, drawings: Collection
) -> None:
    give(eve, drawings.namespace, drawings="see")
    for who, code in ((as_ari, 403), (as_eve, 403), (as_olaf, 404)):
        for address in (DRAWINGS, PICTURE, "/demo/collections/drawings/statistics"):
            assert status(who, address, key='"d0"', path="file") == code
        assert "/documents" not in who.client.get("/demo/collections/drawings").content.decode()
    assert not AuditEvent.objects.filter(action="rows.previewed").exists()


@pytest.mark.parametrize("offset", ["0", "980"])
def test_the_number_of_queries_does_not_grow_with_the_documents(
    as_ada: Browser,
    trips: Collection,
    django_assert_num_queries: DjangoAssertNumQueries,
    offset: str,
) -> None:
    as_ada.get(PAGE)

    # PostgreSQL is asked for the time too.
    with django_assert_num_queries(13 + (connection.vendor == "postgresql")):
        as_ada.get(PAGE, offset=offset)
