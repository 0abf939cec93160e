"""Documents over REST: a page at a time, to those who may look at rows, and on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.models import AuditEvent, Collection, Scope
from tests.api.conftest import Rest, key_for, paths_of
from tests.conftest import give

if TYPE_CHECKING:
    from exports.models import Namespace, Principal, User

TRIPS = "/collections/trips/documents"


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["document_id"] for each in answer.json()["items"]]


def looks() -> int:
    return AuditEvent.objects.filter(action="rows.previewed").count()


def test_it_shows_documents_whole(rest: Rest, trips: Collection) -> None:
    answer = rest.get(TRIPS, limit=1, offset=1).json()

    assert answer == {
        "items": [
            {
                "document_id": "trip-0001",
                "carrier": "UA",
                "delay": 1,
                "place": {"lat": 0.1, "lon": -0.1},
                "tags": ["t1", "t1"],
                "at": "2013-01-01T01:00:00Z",
            }
        ],
        "count": 1000,
        "exact": True,
        "next_offset": 2,
    }
    assert looks() == 1


def test_the_pages_follow_on_each_other(rest: Rest, trips: Collection) -> None:
    where = '{"carrier": {"$in": ["UA"]}}'
    first, second = (rest.get(TRIPS, where=where, limit=2, offset=at) for at in (0, 2))

    assert ids(first) + ids(second) == ["trip-0001", "trip-0004", "trip-0007", "trip-0010"]
    assert (second.json()["count"], second.json()["next_offset"]) == (333, 4)
    assert looks() == 1


def test_the_last_page_says_so(rest: Rest, trips: Collection) -> None:
    last = rest.get(TRIPS, limit=100, offset=900)
    assert (len(ids(last)), last.json()["next_offset"]) == (100, None)

    few = rest.get(TRIPS, where='{"document_id": "trip-0001"}').json()
    assert (few["count"], few["next_offset"]) == (1, None)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"where": "{"}, "where"),
        ({"where": "[]"}, "where"),
        ({"where": '{"colour": 1}'}, "where.colour"),
        ({"where": '{"carrier": "\\ud800"}'}, "where.carrier"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 981}, "offset"),
        ({"offset": "x"}, "offset"),
        ({"principal": "x" * 101}, "principal"),
    ],
)
def test_what_is_wrong_is_named(
    rest: Rest, trips: Collection, query: dict[str, Any], path: str
) -> None:
    answer = rest.get(TRIPS, **query)

    assert (answer.status_code, paths_of(answer)) == (422, [path])
    assert looks() == 0


def test_only_those_of_a_principal(rest: Rest, trips: Collection, ua: Principal) -> None:
    assert rest.get(TRIPS, principal="UA").json()["count"] == 333
    assert rest.get(TRIPS, principal="nobody").status_code == 404


def test_who_is_bound_sees_his_principals(
    demo: Namespace, eve: User, trips: Collection, ua: Principal, aa: Principal
) -> None:
    give(eve, demo, "UA", trips="preview")
    bound = Rest(key_for(demo, eve))

    assert bound.get(TRIPS).json()["count"] == 333
    assert bound.get(TRIPS, principal="AA").status_code == 403


@pytest.mark.parametrize(("right", "status"), [("", 404), ("see", 403), ("preview", 200)])
def test_it_needs_the_right_to_look(
    demo: Namespace, eve: User, trips: Collection, right: str, status: int
) -> None:
    give(eve, demo, **({"trips": right} if right else {}))

    assert Rest(key_for(demo, eve)).get(TRIPS).status_code == status
    assert looks() == (status == 200)


def test_it_needs_the_scopes_of_a_preview(demo: Namespace, ada: User, trips: Collection) -> None:
    key = key_for(demo, ada, Scope.EXPORTS_READ, Scope.EXPORTS_WRITE)

    assert Rest(key).get(TRIPS).status_code == 403


@pytest.mark.parametrize("name", ["nothing", "%00", "col_nothing", "x" * 101])
def test_what_is_not_there_is_not_found(rest: Rest, demo: Namespace, name: str) -> None:
    assert rest.get(f"/collections/{name}/documents").status_code == 404
