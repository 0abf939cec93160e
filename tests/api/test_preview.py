"""A preview shows rows to those who may see them, and says so in the history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from exports.domain import audit, previews
from exports.domain.audit import SYSTEM
from exports.domain.collections import collection_register
from exports.engine.errors import EngineFailed, SourceChanged
from exports.engine.helpers import Helpers, Replaced
from exports.models import AuditDetail, AuditEvent, Collection, Export, Scope
from tests.api.conftest import Rest, key_for, paths_of, signed_in
from tests.conftest import give
from tests.plugin import VAR
from tests.services import write_parquet

if TYPE_CHECKING:
    from exports.models import Namespace, Principal, User

TRIPS: dict[str, Any] = {"collection": "trips", "paths": ["carrier"]}
PREVIEW = "/exports/preview"


@pytest.fixture
def exporting(demo: Namespace, eve: User) -> Rest:
    """Eve's key."""
    return Rest(key_for(demo, eve))


@pytest.fixture
def carriers(demo: Namespace) -> Collection:
    file = write_parquet(
        VAR / "sources" / "carriers.parquet",
        "SELECT unnest(['AA', 'UA']) AS code, unnest(['American', 'United']) AS name",
    )
    return collection_register(
        namespace=demo,
        name="carriers",
        locations=[str(file)],
        key="code",
        actor=SYSTEM,
        access="public",
    )


@pytest.fixture
def flights(demo: Namespace, carriers: Collection, trips_file: Any) -> Collection:
    """The trips, with a reference to their carriers; one of these is not there."""
    return collection_register(
        namespace=demo,
        name="flights",
        locations=[str(trips_file)],
        key="document_id",
        marks={"carrier": {"role": "reference", "target": "carriers"}},
        access=["carrier"],
        actor=SYSTEM,
    )


def events(**fields: Any) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="rows.previewed", **fields).order_by("pk"))


def test_it_shows_what_the_export_would_bring(rest: Rest, trips: Collection) -> None:
    answer = rest.post(f"{PREVIEW}?limit=2", {**TRIPS, "where": {"carrier": "UA"}, "format": "csv"})

    assert answer.status_code == 200, answer.content
    shown = answer.json()
    size = shown.pop("bytes")
    assert shown == {
        "columns": [
            {"path": "document_id", "type": "text", "written": shown["columns"][0]["written"]},
            {"path": "carrier", "type": "text", "written": shown["columns"][1]["written"]},
        ],
        "rows": [
            {"document_id": "trip-0001", "carrier": "UA"},
            {"document_id": "trip-0004", "carrier": "UA"},
        ],
        "count": 333,
        "exact": True,
        "notices": {},
    }
    assert 5_000 < size < 8_000
    assert not Export.objects.exists()


def test_ten_rows_unless_it_says_otherwise(rest: Rest, trips: Collection) -> None:
    assert len(rest.post(PREVIEW, TRIPS).json()["rows"]) == 10


def test_it_follows_references_as_the_principal(
    rest: Rest, flights: Collection, ua: Principal
) -> None:
    body = {"collection": "flights", "paths": ["carrier"], "expand": ["carrier"]}
    united = {"code": "UA", "name": "United"}

    free = rest.post(f"{PREVIEW}?limit=3", body).json()
    assert [each["carrier"] for each in free["rows"]] == [
        {"code": "AA", "name": "American"},
        united,
        None,
    ]
    assert free["notices"] == {"reference_to_nothing": 1}
    bound = rest.post(f"{PREVIEW}?limit=2", {**body, "principal": "UA"}).json()
    assert [each["carrier"] for each in bound["rows"]] == [united, united]
    assert bound["count"] == 333


def test_who_it_is_has_to_be_known(trips: Collection) -> None:
    assert Rest().post(PREVIEW, TRIPS).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        ([Scope.EXPORTS_READ], 403),
        ([Scope.EXPORTS_READ, Scope.EXPORTS_WRITE], 403),
        ([Scope.EXPORTS_READ, Scope.DOWNLOADS_READ], 403),
        ([Scope.EXPORTS_WRITE, Scope.DOWNLOADS_READ], 200),
    ],
)
def test_a_key_needs_to_make_exports_and_to_read_them(
    demo: Namespace, ada: User, trips: Collection, scopes: list[Scope], status: int
) -> None:
    assert Rest(key_for(demo, ada, *scopes)).post(PREVIEW, TRIPS).status_code == status


@pytest.mark.parametrize(
    ("right", "status"), [("", 404), ("see", 403), ("preview", 200), ("export", 200)]
)
def test_an_exporter_needs_the_right(
    exporting: Rest, demo: Namespace, eve: User, trips: Collection, right: str, status: int
) -> None:
    give(eve, demo, **({"trips": right} if right else {}))

    assert exporting.post(PREVIEW, TRIPS).status_code == status
    assert len(events()) == (status == 200)


def test_an_auditor_sees_no_data(auditing: Rest, trips: Collection) -> None:
    answer = auditing.post(PREVIEW, TRIPS)

    assert answer.status_code == 403
    assert "trip-0" not in answer.content.decode()


def test_another_workspace_is_told_nothing(outside: Rest, trips: Collection) -> None:
    for reference in ("trips", trips.uid):
        assert outside.post(PREVIEW, {"collection": reference}).status_code == 404
    assert events() == []


def test_a_collection_that_may_only_be_seen_is_not_followed(
    exporting: Rest, demo: Namespace, eve: User, flights: Collection
) -> None:
    give(eve, demo, flights="preview", carriers="see")
    followed = exporting.post(PREVIEW, {"collection": "flights", "paths": ["carrier.name"]})

    assert followed.status_code == 422
    assert "United" not in followed.content.decode()
    assert exporting.post(PREVIEW, {"collection": "flights"}).status_code == 200


def test_who_is_bound_sees_what_his_principal_does(
    exporting: Rest, demo: Namespace, eve: User, trips: Collection, ua: Principal, aa: Principal
) -> None:
    give(eve, demo, "UA", trips="preview")

    assert exporting.post(PREVIEW, TRIPS).json()["count"] == 333
    assert exporting.post(PREVIEW, {**TRIPS, "principal": "AA"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"where": {"field": "carier", "operator": "eq", "value": "AA"}}, "where.field"),
        ({"paths": ["nothing"]}, "paths.0"),
        ({"order_by": ["tags"]}, "order_by.0"),
        ({"format": "xml"}, "format"),
        ({"colour": "blue"}, "colour"),
        ({"sample_size": 0}, "sample_size"),
        ({"prefix": "trip-9999/tags"}, "prefix"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    rest: Rest, trips: Collection, body: dict[str, Any], path: str
) -> None:
    answer = rest.post(PREVIEW, {"collection": "trips", **body})

    assert (answer.status_code, paths_of(answer)) == (422, [path])
    assert events() == []


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_the_limit_has_bounds(rest: Rest, trips: Collection, limit: str) -> None:
    answer = rest.post(f"{PREVIEW}?limit={limit}", TRIPS)

    assert (answer.status_code, paths_of(answer)) == (422, ["limit"])


def test_a_collection_that_is_not_ready(rest: Rest, trips: Collection) -> None:
    Collection.objects.update(state="preparing")

    assert rest.post(PREVIEW, TRIPS).status_code == 409


def test_a_source_outside_what_is_allowed(rest: Rest, trips: Collection, settings: Any) -> None:
    settings.SOURCE_ROOTS = []
    answer = rest.post(PREVIEW, TRIPS)

    assert (answer.status_code, answer.json()["code"]) == (409, "collection_not_ready")


def test_a_source_that_is_gone(rest: Rest, trips: Collection) -> None:
    trips.source["files"] = [f"{VAR.resolve()}/sources/gone.parquet"]
    trips.save()
    answer = rest.post(PREVIEW, TRIPS)

    assert (answer.status_code, answer.json()["code"]) == (409, "source_invalid")
    assert str(VAR) not in answer.content.decode()


def test_too_many_at_once(rest: Rest, trips: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "helpers", lambda: Helpers(size=0, waiting=0))
    answer = rest.post(PREVIEW, TRIPS)

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1


def test_one_that_takes_too_long(
    rest: Rest, trips: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "SECONDS", 0)
    answer = rest.post(PREVIEW, {**TRIPS, "order_by": ["delay"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "too_slow")
    assert events() == []


class Failing:
    """Stands for helpers in a state that cannot be brought about at will."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def run(self, *_: Any, **__: Any) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Replaced(), 409, "replaced"),
        (SourceChanged(), 409, "source_changed"),
        (EngineFailed(), 503, "preview_failed"),
    ],
)
def test_why_there_is_none(
    rest: Rest,
    trips: Collection,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
) -> None:
    monkeypatch.setattr(previews, "helpers", lambda: Failing(error))
    answer = rest.post(PREVIEW, TRIPS)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert events() == []


def test_it_is_an_event_once_an_hour(
    rest: Rest, exporting: Rest, demo: Namespace, eve: User, trips: Collection
) -> None:
    give(eve, demo, trips="preview")
    for each in (rest, rest, exporting):
        assert each.post(PREVIEW, TRIPS).status_code == 200
    assert [each.subject for each in events()] == [trips.uid, trips.uid]
    assert len({each.actor_uid for each in events()}) == 2


def test_after_an_hour_it_is_another_event(
    rest: Rest, trips: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest.post(PREVIEW, TRIPS)
    monkeypatch.setattr(audit, "_ONE_EVENT_PER", timedelta(0))
    rest.post(PREVIEW, TRIPS)

    assert len(events(subject=trips.uid)) == 2


def test_every_collection_that_is_shown_has_its_event(
    rest: Rest, flights: Collection, carriers: Collection, ua: Principal
) -> None:
    body = {"collection": "flights", "paths": ["carrier.name"], "principal": "UA"}
    assert rest.post(PREVIEW, body).status_code == 200

    told = events()
    assert {each.subject for each in told} == {flights.uid, carriers.uid}
    assert [AuditDetail.objects.get(pk=each.pk).said for each in told] == [
        {"principal": "UA"},
        {"principal": "UA"},
    ]


def test_a_session_needs_its_token(ada: User, demo: Namespace, trips: Collection) -> None:
    assert signed_in(ada).post(PREVIEW, TRIPS).json()["code"] == "csrf"
