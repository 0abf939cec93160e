"""Statistics are counted once for all who ask, by whichever worker is left."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone
from redis import Redis

from exports.domain.access import caller_for
from exports.domain.collections import collection_create
from exports.domain.errors import Forbidden, NotFound
from exports.domain.sources import upload_folder
from exports.domain.statistics import (
    Standing,
    statistics_ask,
    statistics_claim,
    statistics_fail,
    statistics_read,
    statistics_wait,
)
from exports.domain.uploads import Upload
from exports.models import AuditEvent, Collection
from exports.queue.counting import count_claimed
from exports.queue.horse import run_claimed
from exports.queue.preparer import prepare_claimed
from exports.queue.reconciler import reconcile_once
from tests.conftest import give

if TYPE_CHECKING:
    from pathlib import Path

    from exports.domain.access import Caller
    from exports.models import Namespace, Principal, User

pytestmark = pytest.mark.django_db(transaction=True)


def standing(caller: Caller) -> Standing:
    return statistics_read(caller, "trips")[1]


def changed(collection: Collection, **fields: object) -> None:
    """What is kept of it, some of it otherwise."""
    kept = Collection.objects.get(pk=collection.pk).statistics or {}
    Collection.objects.filter(pk=collection.pk).update(statistics={**kept, **fields})


def told(collection: Collection) -> list[str]:
    found = AuditEvent.objects.filter(subject=collection.uid, action__startswith="statistics")
    return list(found.order_by("pk").values_list("action", flat=True))


def test_a_worker_counts_what_was_asked_for(admin: Caller, trips: Collection) -> None:
    assert standing(admin) == Standing(None, None, is_begun=False, reason="", stale="")
    statistics_ask(admin, "trips")
    assert standing(admin).asked_at

    run_claimed()

    now = standing(admin)
    assert now.found
    assert (now.found["documents"], now.asked_at, now.stale) == (1000, None, "")
    carrier = next(each for each in now.found["properties"] if each["path"] == "carrier")
    assert carrier["top"] == [["AA", 334], ["B6", 333], ["UA", 333]]
    assert told(trips) == ["statistics.asked", "statistics.made", "statistics.viewed"]
    assert not statistics_wait()


def test_uploaded_files_are_counted_too(
    admin: Caller, trips: Collection, settings: Any, tmp_path: Path
) -> None:
    settings.UPLOAD_DIR = tmp_path
    folder = upload_folder(trips)
    folder.mkdir()
    moved = [shutil.copy(file, folder) for file in trips.source["files"]]
    Collection.objects.filter(pk=trips.pk).update(
        uploaded=True, source={**trips.source, "files": moved}
    )
    statistics_ask(admin, "trips")
    count_claimed()

    now = standing(admin)
    assert now.found
    assert (now.found["documents"], now.reason, now.stale) == (1000, "", "")


def test_who_asks_twice_asks_once(admin: Caller, trips: Collection) -> None:
    statistics_ask(admin, "trips")
    first = standing(admin).asked_at
    statistics_ask(admin, "trips")

    assert (standing(admin).asked_at, told(trips)) == (first, ["statistics.asked"])


def test_two_workers_do_not_count_the_same(admin: Caller, trips: Collection) -> None:
    statistics_ask(admin, "trips")

    assert statistics_claim()
    assert statistics_claim() is None
    assert standing(admin).is_begun


def test_a_lost_wake_up_is_made_good(admin: Caller, trips: Collection) -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    statistics_ask(admin, "trips")
    redis.flushall()

    reconcile_once()

    assert redis.llen(f"rq:queue:{settings.QUEUE}") == 1


def test_what_a_killed_worker_began_is_begun_again_and_then_given_up(
    admin: Caller, trips: Collection
) -> None:
    statistics_ask(admin, "trips")
    for _ in range(3):
        assert statistics_claim()
        changed(trips, until=(timezone.now() - timedelta(seconds=1)).isoformat())
        assert (standing(admin).is_begun, statistics_wait()) == (False, True)
    assert statistics_claim() is None

    now = standing(admin)
    assert (now.asked_at, now.reason, statistics_wait()) == (None, "worker_lost", False)


def test_a_worker_that_was_thought_dead_changes_nothing(admin: Caller, trips: Collection) -> None:
    statistics_ask(admin, "trips")
    late = statistics_claim()
    assert late
    changed(trips, until=(timezone.now() - timedelta(seconds=1)).isoformat())
    assert statistics_claim()

    statistics_fail(late, "failed")

    assert (standing(admin).is_begun, standing(admin).reason) == (True, "")


def test_what_fails_says_why_and_keeps_what_was_found(
    admin: Caller, trips: Collection, tmp_path: Path
) -> None:
    statistics_ask(admin, "trips")
    count_claimed()
    Collection.objects.filter(pk=trips.pk).update(
        source={**trips.source, "files": [str(tmp_path / "gone.parquet")]}
    )
    statistics_ask(admin, "trips")
    count_claimed()

    now = standing(admin)
    assert now.found
    assert (now.reason, now.stale) == (
        "source_not_allowed",
        "They are from an earlier version of the collection's files.",
    )


def test_another_version_of_the_fields_makes_them_stale(admin: Caller, trips: Collection) -> None:
    statistics_ask(admin, "trips")
    count_claimed()
    Collection.objects.filter(pk=trips.pk).update(schema_version="another")

    assert standing(admin).stale == "They are from an earlier version of the collection's fields."


def test_who_may_not_see_every_document_sees_none(
    outsider: Caller, demo: Namespace, eve: User, ari: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, "UA", trips="export")
    for ask in (statistics_read, statistics_ask):
        for who in (eve, ari):
            with pytest.raises(Forbidden):
                ask(caller_for(who, "demo"), "trips")
        with pytest.raises(NotFound):
            ask(outsider, "trips")
    assert told(trips) == []


def test_what_was_uploaded_is_counted_too(admin: Caller, tmp_path: Path, settings: Any) -> None:
    settings.UPLOAD_DIR = tmp_path
    upload = Upload()
    file = upload.begin("things.csv")
    assert file
    with file:
        file.write(b"id,note\n1,x\n2,y\n")
    collection_create(admin, name="things", upload=upload)
    assert prepare_claimed()
    statistics_ask(admin, "things")
    run_claimed()

    now = statistics_read(admin, "things")[1]
    assert now.found
    assert (now.found["documents"], now.stale, now.reason) == (2, "", "")
