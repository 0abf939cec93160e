"""Creating, cancelling and deleting, each with its event or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from exports.domain import exports as module
from exports.domain.claims import Fenced, export_claim
from exports.domain.errors import (
    Conflict,
    Forbidden,
    Gone,
    IdempotencyMismatch,
    InvalidRequest,
    NotFound,
    NotReady,
)
from exports.domain.exports import export_cancel, export_create, export_delete
from exports.domain.requests import request_parse
from exports.domain.runs import run_publish
from exports.models import AuditEvent, Collection, Export, ExportFile, State
from exports.wakeups import wake

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.models import User

ASKED = {"collection": "trips", "format": "csv", "where": {"carrier": "UA"}}


def actions(export: Export) -> list[str]:
    events = AuditEvent.objects.filter(subject=export.uid).order_by("pk")
    return list(events.values_list("action", flat=True))


def errors_of(body: dict[str, Any], caller: Caller) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        export_create(caller, request_parse(body))
    return {each.path: each.message for each in caught.value.errors}


def test_an_accepted_export_is_written_with_its_event(admin: Caller, trips: Collection) -> None:
    export, replayed = export_create(admin, request_parse({**ASKED, "label": "Ours"}))

    stored = Export.objects.get(uid=export.uid)
    assert (stored.state, stored.label, stored.where) == ("pending", "Ours", {"carrier": "UA"})
    assert not replayed
    assert actions(export) == ["export.created"]


def test_without_a_label_it_is_the_collection_and_the_date(
    make_export: Callable[..., Export],
) -> None:
    assert make_export().label.startswith("trips, ")


def test_a_mime_type_names_a_format(make_export: Callable[..., Export]) -> None:
    assert make_export(format="application/x-ndjson").format == "jsonl"


def test_a_failure_between_state_and_event_leaves_neither(
    admin: Caller, trips: Collection, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    made, _ = export_create(admin, request_parse(ASKED))
    before = AuditEvent.objects.count()
    monkeypatch.setattr(module, "audit_append", broken)

    for move in (
        lambda: export_create(admin, request_parse(ASKED)),
        lambda: export_cancel(admin, made),
        lambda: export_delete(admin, made),
    ):
        with pytest.raises(ZeroDivisionError):
            move()

    assert Export.objects.count() == 1
    assert Export.objects.get().state == State.PENDING
    assert AuditEvent.objects.count() == before


def test_cancel_is_final(admin: Caller, make_export: Callable[..., Export]) -> None:
    export = export_cancel(admin, make_export())

    assert export.state == State.CANCELLED
    assert actions(export) == ["export.created", "export.cancelled"]
    with pytest.raises(Conflict, match="it is cancelled"):
        export_cancel(admin, export)


def test_what_was_cancelled_while_it_ran_publishes_nothing(
    admin: Caller, make_export: Callable[..., Export]
) -> None:
    make_export()
    claim = export_claim(worker="w")
    assert claim
    export_cancel(admin, claim.export)

    with pytest.raises(Fenced):
        run_publish(claim, files=[], rows=0, snapshot={}, notices={})

    assert not ExportFile.objects.exists()
    assert actions(claim.export)[-1] == "export.cancelled"


def test_a_deleted_export_keeps_its_history(
    admin: Caller, make_export: Callable[..., Export]
) -> None:
    export = make_export()
    export_delete(admin, export)

    assert actions(export) == ["export.created", "export.cancelled", "export.deleted"]
    assert not admin.exports.exists()
    with pytest.raises(Gone):
        admin.export(export.uid)


def test_a_deleted_export_cannot_be_deleted_again(
    admin: Caller, make_export: Callable[..., Export]
) -> None:
    export = make_export()
    export_delete(admin, export)

    with pytest.raises(NotFound):
        export_delete(admin, export)


def test_one_idempotency_key_makes_one_export(admin: Caller, trips: Collection) -> None:
    first, _ = export_create(admin, request_parse(ASKED), idempotency_key="k1")
    again, replayed = export_create(admin, request_parse(ASKED), idempotency_key="k1")

    assert (again.pk, replayed) == (first.pk, True)
    assert Export.objects.count() == 1


def test_an_idempotency_key_refuses_another_body(admin: Caller, trips: Collection) -> None:
    export_create(admin, request_parse(ASKED), idempotency_key="k1")

    with pytest.raises(IdempotencyMismatch):
        export_create(admin, request_parse({"collection": "trips"}), idempotency_key="k1")


def test_fifty_requests_at_once_with_one_key_make_one_export(
    admin: Caller, trips: Collection, transactional_db: None
) -> None:
    def ask(_: int) -> str:
        try:
            return export_create(admin, request_parse(ASKED), idempotency_key="k1")[0].uid
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        made = set(pool.map(ask, range(50)))

    assert len(made) == 1
    assert Export.objects.count() == 1


def test_with_redis_down_it_is_accepted_all_the_same(
    admin: Caller, trips: Collection, transactional_db: None, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    export, _ = export_create(admin, request_parse(ASKED))

    assert wake() is False
    assert Export.objects.get(pk=export.pk).state == State.PENDING


@pytest.mark.parametrize(
    ("body", "path", "remedy"),
    [
        ({"format": "xlsx"}, "format", "Choose parquet, jsonl, json or csv."),
        ({"paths": ["carier"]}, "paths.0", "'carrier'"),
        ({"order_by": ["-plcae.lat"]}, "order_by.0", "'place.lat'"),
        ({"sample_size": 0}, "sample_size", "1 or more"),
        ({"sample_size": 1_000_001}, "sample_size", "1000000 or less"),
        ({"sample_size": "5"}, "sample_size", "a whole number"),
        ({"timezone": "Mars/Olympus"}, "timezone", "Europe/"),
        ({"label": "x" * 201}, "label", "at most 200"),
        ({"label": "a\0b"}, "label", "NUL"),
        ({"wehre": {}}, "wehre", "no such field"),
        ({"where": {"carier": "UA"}}, "where.carier", "'carrier'"),
        ({"where": "{"}, "where", "JSON"),
        ({"where": {"delay": "late"}}, "where.delay", "number"),
    ],
)
def test_a_wrong_field_is_named_with_the_way_out(
    body: dict[str, Any], path: str, remedy: str, admin: Caller, trips: Collection
) -> None:
    errors = errors_of({"collection": "trips", **body}, admin)

    assert list(errors) == [path]
    assert remedy in errors[path]


def test_a_request_without_a_collection_is_refused(admin: Caller) -> None:
    assert list(errors_of({}, admin)) == ["collection"]


def test_a_collection_that_is_not_there_is_not_found(admin: Caller) -> None:
    with pytest.raises(NotFound):
        export_create(admin, request_parse({"collection": "nothing"}))


def test_a_collection_that_is_not_ready_is_a_conflict(admin: Caller, trips: Collection) -> None:
    Collection.objects.filter(pk=trips.pk).update(state="preparing")

    with pytest.raises(NotReady, match="preparing"):
        export_create(admin, request_parse(ASKED))


def test_another_namespaces_collection_is_not_found(outsider: Caller, trips: Collection) -> None:
    for name in ("trips", trips.uid):
        with pytest.raises(NotFound):
            export_create(outsider, request_parse({"collection": name}))


def test_an_auditor_creates_nothing(ari: User, trips: Collection) -> None:
    from exports.domain.access import caller_for

    with pytest.raises(Forbidden):
        export_create(caller_for(ari, "demo"), request_parse(ASKED))
