"""Reading the files of collections: whose turn it is, what comes of it, and what when it fails."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from exports.domain.audit import SYSTEM
from exports.domain.changing import collection_change, collection_delete, collection_refresh
from exports.domain.claims import export_claim
from exports.domain.collections import collection_create, collection_register
from exports.domain.errors import Conflict
from exports.domain.exports import export_cancel
from exports.domain.preparing import (
    collection_waits,
    preparation_claim,
    preparation_hold,
    preparation_run,
)
from exports.domain.templates import template_create, template_run
from exports.domain.uploads import uploads_clear
from exports.models import AuditEvent, Collection, Export, State, Template
from exports.query.schema import Role
from exports.queue.preparer import prepare_claimed
from exports.queue.reconciler import reconcile_once
from exports.wakeups import queue_connection
from tests.plugin import VAR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exports.domain.access import Caller

SOURCES = VAR / "sources"
VECTORS = '{"id": "a", "v": [0.5, 1], "who": "x"}\n{"id": "b", "v": [1, 2.5], "who": "y"}\n'


@pytest.fixture
def things(admin: Caller) -> Collection:
    path = SOURCES / f"things-{os.getpid()}.jsonl"
    path.write_text(VECTORS)
    return collection_register(
        namespace=admin.namespace,
        name="things",
        locations=[str(path)],
        key="id",
        marks={"v": {"role": "vector", "optional": True}},
        access=["who"],
        actor=SYSTEM,
    )


def written(collection: Collection, text: str) -> None:
    (SOURCES / f"things-{os.getpid()}.jsonl").write_text(text)


def refreshed(admin: Caller, collection: Collection) -> Collection:
    collection_refresh(admin, collection)
    assert prepare_claimed()
    collection.refresh_from_db()
    return collection


def test_a_refresh_that_finds_the_same_changes_nothing(admin: Caller, things: Collection) -> None:
    version = things.schema_version

    assert refreshed(admin, things).schema_version == version
    assert (things.state, things.marks_lost, things.due_at) == ("ready", [], None)


def test_a_refresh_counts_anew_and_keeps_the_marks_that_still_fit(
    admin: Caller, things: Collection
) -> None:
    written(things, VECTORS + '{"id": "c", "v": null, "who": "z", "new": 1}\n')

    assert refreshed(admin, things).documents == 3
    vector = things.schema.find("v")[-1]
    assert (vector.role, vector.optional, vector.length) == (Role.VECTOR, True, 2)
    assert "new" in list(things.schema.paths())


@pytest.mark.parametrize(
    ("text", "lost", "access"),
    [
        ('{"id": "a", "who": "x"}\n', ["v"], ["who"]),
        ('{"id": "a", "v": "text", "who": "x"}\n', ["v"], ["who"]),
        ('{"id": "a", "v": [0.5]}\n', ["who"], None),
        ('{"id": "a", "v": [0.5], "who": 1}\n', ["who"], None),
        ('{"id": "a", "v": [0.5], "who": "x"}\n{"id": "b", "v": [0.5, 1]}\n', ["v"], ["who"]),
    ],
)
def test_a_refresh_says_what_is_gone_and_never_opens_more(
    text: str, lost: list[str], access: Any, admin: Caller, things: Collection
) -> None:
    written(things, text)

    assert refreshed(admin, things).marks_lost == lost
    assert (things.state, things.access) == ("ready", access)


def test_a_key_that_is_no_longer_unique_is_an_error(admin: Caller, things: Collection) -> None:
    written(things, '{"id": "a", "n": 1}\n{"id": "a", "n": 2}\n')

    assert refreshed(admin, things).state == "error"
    assert things.error_field == "key"
    message = "'id' cannot be the key: 2 documents have 'a'. It could be 'n'."
    assert things.error == message
    assert AuditEvent.objects.filter(action="collection.failed", subject=things.uid).count() == 1


def test_an_error_is_mended_by_refreshing_again(admin: Caller, things: Collection) -> None:
    written(things, "{")
    assert refreshed(admin, things).state == "error"
    written(things, VECTORS)

    assert refreshed(admin, things).state == "ready"
    assert (things.error, things.access) == ("", ["who"])


def test_what_waits_ends_when_the_fields_have_changed(
    run_exports: Callable[[], None],
    admin: Caller,
    trips: Collection,
    make_export: Callable[..., Export],
) -> None:
    waiting = make_export()
    collection_change(admin, trips, marks={"delay": {"optional": True}})

    run_exports()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.ERROR, "schema_changed")


def test_what_waits_goes_on_when_they_have_not(
    run_exports: Callable[[], None],
    admin: Caller,
    trips: Collection,
    make_export: Callable[..., Export],
) -> None:
    waiting = make_export()
    refreshed(admin, trips)
    collection_change(admin, trips, description="Better", name="tours")

    run_exports()
    waiting.refresh_from_db()
    assert waiting.state == State.READY


def test_a_collection_that_goes_between_is_told_by_the_run(
    run_exports: Callable[[], None], trips: Collection, make_export: Callable[..., Export]
) -> None:
    waiting = make_export()
    Collection.objects.update(deleted_at=timezone.now())

    run_exports()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.ERROR, "collection_deleted")


def test_a_vector_is_measured_before_it_counts(admin: Caller, trips: Collection) -> None:
    path = SOURCES / f"uneven-{os.getpid()}.jsonl"
    path.write_text('{"id": "a", "v": [0.5, 1], "w": [0.5]}\n{"id": "b", "v": [1], "w": [1]}\n')
    made = collection_create(admin, name="uneven", locations=[str(path)])
    prepare_claimed()
    made.refresh_from_db()
    for name, role in (("v", None), ("w", Role.VECTOR)):
        collection_change(admin, made, marks={name: {"role": "vector"}})
        made.refresh_from_db()
        assert made.state == "ready"
        prepare_claimed()
        made.refresh_from_db()
        assert (made.state, made.schema.find(name)[-1].role) == ("ready", role)
    assert made.error == ""


def test_while_it_is_read_nothing_else_can_begin(admin: Caller, trips: Collection) -> None:
    collection_refresh(admin, trips)

    with pytest.raises(Conflict, match="being read"):
        collection_refresh(admin, trips)
    with pytest.raises(Conflict, match="being read"):
        collection_change(admin, trips, access="public")


def test_who_is_lost_is_followed_by_another(admin: Caller, trips: Collection) -> None:
    collection_refresh(admin, trips)
    lost = preparation_claim()
    assert lost
    assert preparation_claim() is None
    assert preparation_hold(lost)
    Collection.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    second = preparation_claim()
    assert second
    assert not preparation_hold(lost)
    preparation_run(lost)  # it comes back, and changes nothing
    trips.refresh_from_db()
    assert (trips.is_moving, second.attempt) == (True, 2)
    preparation_run(second)
    trips.refresh_from_db()
    assert (trips.is_moving, trips.state) == (False, "ready")


def test_after_three_lost_attempts_it_is_an_error(admin: Caller, trips: Collection) -> None:
    collection_refresh(admin, trips)
    for _ in range(3):
        assert preparation_claim()
        Collection.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    assert preparation_claim() is None
    trips.refresh_from_db()
    assert (trips.state, trips.is_moving) == ("error", False)
    assert "lost three times" in trips.error


def test_what_was_deleted_meanwhile_stays_deleted(admin: Caller, trips: Collection) -> None:
    collection_refresh(admin, trips)
    claim = preparation_claim()
    assert claim
    collection_delete(admin, trips)

    preparation_run(claim)
    trips.refresh_from_db()
    assert trips.deleted_at
    assert not collection_waits()


def test_the_reconciler_wakes_the_queue_for_it(admin: Caller, trips: Collection) -> None:
    redis = queue_connection()
    redis.flushall()
    collection_refresh(admin, trips)
    reconcile_once()

    assert redis.llen(f"rq:queue:{django_settings.QUEUE}") == 1
    redis.flushall()


def test_an_export_does_not_wait_for_it(
    admin: Caller, trips: Collection, make_export: Callable[..., Export]
) -> None:
    make_export()
    collection_refresh(admin, trips)

    prepare_claimed()
    assert export_claim(worker="w")


def test_what_was_uploaded_and_belongs_to_nobody_goes_after_an_hour(
    trips: Collection, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_DIR = tmp_path
    Collection.objects.update(uploaded=True)
    for name in ("new-1", "col_gone", trips.uid):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0001.csv").touch()

    assert uploads_clear() == 0
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3601)
    assert uploads_clear() == 2
    assert [each.name for each in tmp_path.iterdir()] == [trips.uid]


def test_who_was_lost_under_an_earlier_request_changes_nothing(
    admin: Caller, trips: Collection
) -> None:
    collection_refresh(admin, trips)
    lost = preparation_claim()
    assert lost
    Collection.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    second = preparation_claim()
    assert second
    preparation_run(second)
    collection_refresh(admin, trips)
    third = preparation_claim()
    assert third
    assert third.attempt == lost.attempt

    assert not preparation_hold(lost)
    preparation_run(lost)
    trips.refresh_from_db()
    assert trips.is_moving
    assert preparation_hold(third)


def test_an_error_stays_told_until_its_files_can_be_read(admin: Caller, things: Collection) -> None:
    written(things, "{")
    error = refreshed(admin, things).error
    collection_change(admin, things, marks={"who": {"optional": True}})

    things.refresh_from_db()
    assert (things.state, things.error) == ("error", error)


def test_a_collection_takes_its_templates_along(admin: Caller, trips: Collection) -> None:
    saved = template_create(admin, name="All trips", request={"collection": "trips"})
    export, _ = template_run(admin, saved)
    export_cancel(admin, export)
    collection_delete(admin, trips)

    assert not Template.objects.exists()
    assert AuditEvent.objects.filter(action="template.deleted", subject=saved.uid).count() == 1
    assert Export.objects.get(pk=export.pk).template is None
