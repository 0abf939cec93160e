"""One run, from the claim to the published files, in this process."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import OperationalError

from config.env import BASE_DIR
from exports.domain.access import caller_for, caller_for_key
from exports.domain.audit import SYSTEM
from exports.domain.claims import export_claim
from exports.domain.collections import collection_register
from exports.domain.exports import export_cancel, export_create
from exports.domain.keys import key_create, key_revoke
from exports.domain.plans import plan_thaw
from exports.domain.principals import principal_change, principal_delete
from exports.domain.requests import request_parse
from exports.domain.runs import run_publish
from exports.domain.storage import result_store
from exports.engine.errors import EngineFailed
from exports.models import AuditEvent, Collection, Export, ExportFile, Membership, State
from exports.queue import horse, papers
from exports.stores.errors import MasterKeyMissing
from exports.stores.keys import MasterKeys
from tests.conftest import give

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exports.domain.access import Caller
    from exports.models import Namespace, Principal, User


def content(file: ExportFile) -> bytes:
    return b"".join(result_store().open(file.key))


def run_one(make_export: Callable[..., Export], run: Callable[[], None], **fields: Any) -> Export:
    export = make_export(**fields)
    run()
    export.refresh_from_db()
    return export


def rows_of(export: Export) -> list[dict[str, Any]]:
    """The data of a result, read by other libraries."""
    data = content(export.files.get(kind="data"))
    if export.format == "parquet":
        rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(data)).to_pylist()
        return rows
    text = data.decode()
    if export.format == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text) if export.format == "json" else list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("format_", ["parquet", "jsonl", "json", "csv"])
def test_a_filtered_export_is_ready_and_whole(
    format_: str, make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    asked = {"format": format_, "where": {"delay": {"$gte": 95}}, "paths": ["delay"]}

    export = run_one(make_export, run_exports, **asked)

    expected = [i for i in range(1000) if i % 7 and i % 100 >= 95]
    assert (export.state, export.reason) == ("ready", "")
    assert export.rows_done == export.rows_total == len(expected)
    rows = rows_of(export)
    assert [row["document_id"] for row in rows] == [f"trip-{i:04}" for i in expected]
    assert [int(row["delay"]) for row in rows] == [i % 100 for i in expected]


def test_every_file_has_the_checksum_of_its_bytes(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    export = run_one(make_export, run_exports, format="csv")

    files = list(export.files.order_by("pk"))
    assert [file.kind for file in files] == ["data", "manifest", "signature"]
    for file in files:
        data = content(file)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file.sha256, file.bytes)


def test_the_manifest_says_what_was_asked_and_what_came_out(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    export = run_one(make_export, run_exports, format="jsonl", where={"carrier": "UA"})

    manifest = json.loads(content(export.files.get(kind="manifest")))
    data = export.files.get(kind="data")
    assert manifest["export"]["id"] == export.uid
    assert manifest["request"]["where"] == {"carrier": "UA"}
    assert manifest["files"][0]["sha256"] == data.sha256
    assert manifest["files"][0]["rows"] == data.rows == 333
    assert [each["name"] for each in manifest["collections"]] == ["trips"]


def test_an_export_that_matches_nothing_is_ready_and_empty(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    export = run_one(make_export, run_exports, where={"carrier": "ZZ"})

    assert (export.state, export.rows_done) == ("ready", 0)
    table = pq.read_table(io.BytesIO(content(export.files.get(kind="data"))))
    assert table.num_rows == 0
    assert table.column_names == ["document_id", "carrier", "delay", "place", "tags", "at"]


def test_the_life_of_a_run_is_in_the_history(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    export = run_one(make_export, run_exports)

    events = AuditEvent.objects.filter(subject=export.uid).order_by("pk")
    assert list(events.values_list("action", flat=True)) == [
        "export.created",
        "export.started",
        "export.ready",
    ]


def assert_failed(export: Export, reason: str) -> None:
    assert (export.state, export.reason) == ("error", reason)
    assert not export.files.exists()
    assert not list(result_store().list(f"{export.namespace.uid}/{export.uid}/"))
    assert AuditEvent.objects.filter(subject=export.uid, action="export.failed").count() == 1


def test_a_source_that_is_gone_fails_the_export(
    make_export: Callable[..., Export], run_exports: Callable[[], None], trips: Collection
) -> None:
    trips.source["files"] = [f"{settings.VAR_DIR}/sources/gone.parquet"]
    trips.save()

    assert_failed(run_one(make_export, run_exports), "source_invalid")


def test_a_source_whose_folder_is_not_allowed_any_more_fails_the_export(
    make_export: Callable[..., Export], run_exports: Callable[[], None], settings: Any
) -> None:
    export = make_export()
    settings.SOURCE_ROOTS = [BASE_DIR / "sample"]
    run_exports()
    export.refresh_from_db()

    assert_failed(export, "source_not_allowed")


def test_a_schema_that_changed_fails_the_export(
    make_export: Callable[..., Export], run_exports: Callable[[], None], trips: Collection
) -> None:
    export = make_export()
    Collection.objects.update(schema_version="another")
    run_exports()
    export.refresh_from_db()

    assert_failed(export, "schema_changed")


def test_who_lost_his_role_gets_nothing(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    export = make_export()
    Membership.objects.all().delete()
    run_exports()
    export.refresh_from_db()

    assert_failed(export, "access_lost")


def test_what_a_revoked_key_asked_for_does_not_run(
    admin: Caller, trips: Collection, run_exports: Callable[[], None]
) -> None:
    key, _ = key_create(
        namespace=admin.namespace, owner=admin.user, label="k", scopes=["admin"], actor=admin.actor
    )
    export, _ = export_create(caller_for_key(key), request_parse({"collection": "trips"}))
    key_revoke(key, actor=admin.actor)
    run_exports()
    export.refresh_from_db()

    assert_failed(export, "access_lost")


def test_it_runs_with_the_identities_of_that_moment(
    make_export: Callable[..., Export], run_exports: Callable[[], None], ua: Principal
) -> None:
    export = make_export(principal="UA", format="jsonl")
    principal_change(ua, name="United", identities=["UA", "U2"], actor=SYSTEM)
    run_exports()
    export.refresh_from_db()

    assert (export.state, export.identities) == ("ready", ["UA", "U2"])
    manifest = json.loads(content(export.files.get(kind="manifest")))
    assert manifest["request"]["principal"] == "United"


@pytest.mark.parametrize(
    ("identities", "planned"), [(["UA", "U2"], ("UA", "U2")), ([], ()), (None, None)]
)
def test_the_plan_holds_the_identities(
    make_export: Callable[..., Export],
    ua: Principal,
    identities: list[str] | None,
    planned: tuple[str, ...] | None,
) -> None:
    principal_change(ua, identities=identities, actor=SYSTEM)
    export = make_export(principal="" if identities is None else ua.uid)

    assert plan_thaw(export, [export.collection]).request.identities == planned


@pytest.mark.parametrize("end", ["disabled", "deleted"])
def test_nothing_runs_as_a_principal_that_is_over(
    end: str, make_export: Callable[..., Export], run_exports: Callable[[], None], ua: Principal
) -> None:
    export = make_export(principal="UA")
    if end == "disabled":
        principal_change(ua, disabled=True, actor=SYSTEM)
    else:
        principal_delete(ua, actor=SYSTEM)
    run_exports()
    export.refresh_from_db()

    assert_failed(export, "principal_invalid")


@pytest.mark.parametrize(
    ("given", "now", "reason"),
    [
        ({"trips": "export"}, {"trips": "export"}, ""),
        ({"trips": "export"}, {"trips": "preview"}, "access_lost"),
        ({"trips": "export"}, {"trips": "export", "principal": "UA"}, "access_lost"),
        ({"trips": "export", "principal": "UA"}, {"trips": "export", "principal": "UA"}, ""),
    ],
)
def test_an_exporters_rights_are_asked_again_when_it_starts(
    given: dict[str, str],
    now: dict[str, str],
    reason: str,
    demo: Namespace,
    eve: User,
    trips: Collection,
    ua: Principal,
) -> None:
    give(eve, demo, **given)
    export, _ = export_create(caller_for(eve, "demo"), request_parse({"collection": "trips"}))
    give(eve, demo, **now)

    assert reason_to_refuse(export) == reason


def test_a_right_is_needed_on_each_collection_that_is_read(
    demo: Namespace, eve: User, trips: Collection, planes: Collection
) -> None:
    give(eve, demo, trips="export", planes="export")
    export, _ = export_create(caller_for(eve, "demo"), request_parse({"collection": "trips"}))
    export.frozen["collections"] = [trips.uid, planes.uid]
    assert reason_to_refuse(export) == ""

    give(eve, demo, trips="export", planes="preview")
    assert reason_to_refuse(export) == "access_lost"


@pytest.mark.parametrize("binding", ["principal", "collections"])
def test_a_bound_keys_export_runs_within_its_bounds(
    binding: str, admin: Caller, trips: Collection, planes: Collection, ua: Principal
) -> None:
    key, _ = key_create(
        namespace=admin.namespace,
        owner=admin.user,
        label="k",
        scopes=["admin"],
        principal=ua if binding == "principal" else None,
        collections=[trips] if binding == "collections" else None,
        actor=SYSTEM,
    )
    export, _ = export_create(caller_for_key(key), request_parse({"collection": "trips"}))
    assert reason_to_refuse(export) == ""

    # As somebody would have it who wrote to the database.
    export.principal, export.collection = None, planes
    assert reason_to_refuse(export) == "access_lost"


def reason_to_refuse(export: Export) -> str:
    """Why the run would not begin; empty when it would."""
    try:
        horse._check_who_asked(export)
    except horse.RunRefused as refusal:
        return refusal.reason
    return ""


def test_a_run_past_its_time_is_stopped(
    admin: Caller, run_exports: Callable[[], None], settings: Any
) -> None:
    collection_register(
        namespace=admin.namespace,
        name="flights",
        locations=[str(BASE_DIR / "sample" / "flights.parquet")],
        key="document_id",
        actor=admin.actor,
    )
    settings.EXPORT_TIME_LIMIT = timedelta(0)
    settings.EXPORT_PULSE = timedelta(seconds=0.01)

    export, _ = export_create(admin, request_parse({"collection": "flights", "format": "jsonl"}))
    run_exports()
    export.refresh_from_db()

    assert_failed(export, "timed_out")


def test_what_is_cancelled_at_its_last_step_publishes_nothing(
    admin: Caller,
    make_export: Callable[..., Export],
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export = make_export()
    from exports.engine.manifest import build

    def cancel_then_build(*args: Any, **kwargs: Any) -> bytes:
        export_cancel(admin, export)
        return build(*args, **kwargs)

    monkeypatch.setattr(papers, "build", cancel_then_build)
    horse.run_claimed()
    export.refresh_from_db()

    assert export.state == State.CANCELLED
    assert not export.files.exists()
    assert not list(result_store().list(f"{export.namespace.uid}/{export.uid}/"))


def test_with_nothing_waiting_nothing_happens(transactional_db: None) -> None:
    horse.run_claimed()

    assert export_claim(worker="w") is None


def test_no_scratch_is_left(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    run_one(make_export, run_exports, order_by=["-delay"])

    scratch: Path = settings.SCRATCH_DIR
    assert not scratch.exists() or not list(scratch.iterdir())


def test_a_publication_whose_answer_was_lost_keeps_its_files(
    make_export: Callable[..., Export],
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export = make_export(format="jsonl")

    def publish_then_lose(*args: Any, **kwargs: Any) -> None:
        run_publish(*args, **kwargs)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(horse, "run_publish", publish_then_lose)
    horse.run_claimed()
    export.refresh_from_db()

    assert export.state == State.READY
    assert [len(content(file)) for file in export.files.all()] == [
        file.bytes for file in export.files.all()
    ]


def test_a_full_disk_under_the_manifest_is_called_that(
    make_export: Callable[..., Export],
    run_exports: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: Any, **__: Any) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(papers, "build", full)

    assert_failed(run_one(make_export, run_exports), "storage_full")


@pytest.mark.parametrize("when", ["at once", "under the signature"])
def test_a_master_key_that_is_lost_meanwhile_is_a_store_that_fails(
    make_export: Callable[..., Export],
    run_exports: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
    when: str,
) -> None:
    def lost(*_: Any) -> Any:
        raise MasterKeyMissing("There is no master key.")

    settings.EXPORT_PAUSES = ()
    monkeypatch.setattr(MasterKeys, "seal" if when == "at once" else "unseal", lost)

    assert_failed(run_one(make_export, run_exports), "store_unavailable")
    assert "There is no master key." in caplog.text


def test_a_reason_that_nobody_has_words_for_is_told_as_failed(
    make_export: Callable[..., Export],
    run_exports: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise EngineFailed

    monkeypatch.setattr(horse, "run", fail)

    assert_failed(run_one(make_export, run_exports), "failed")


def test_who_may_no_longer_see_the_collection_gets_nothing(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> None:
    export = make_export()
    Membership.objects.update(role="exporter")
    run_exports()
    export.refresh_from_db()

    assert_failed(export, "access_lost")
