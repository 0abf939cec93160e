"""The room that a workspace's results may take up: not a byte more, however many run at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from exports.domain.access import Caller
from exports.domain.claims import export_claim
from exports.domain.errors import QuotaExceeded
from exports.domain.exports import export_cancel
from exports.domain.quota import quota_reserve, usage_of
from exports.domain.storage import base_store, result_store
from exports.engine.errors import Cancelled
from exports.engine.errors import QuotaExceeded as NoRoom
from exports.models import Export, Namespace, State
from exports.queue.budget import Budget, budget
from exports.queue.horse import run_claimed
from exports.queue.reconciler import reconcile_once
from exports.stores.errors import KeyMissing
from exports.stores.sealed import SIDECAR

if TYPE_CHECKING:
    from exports.domain.claims import Claim

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def demo_of(trips: Any) -> Callable[..., Namespace]:
    def change(**fields: Any) -> Namespace:
        Namespace.objects.filter(pk=trips.namespace_id).update(**fields)
        return Namespace.objects.get(pk=trips.namespace_id)

    return change


def claimed(make_export: Callable[..., Export], **fields: Any) -> Claim:
    make_export(**fields)
    claim = export_claim(worker="w")
    assert claim
    return claim


def in_store(namespace: Namespace) -> int:
    keys = result_store().list(namespace.uid)
    return sum(result_store().size(key) for key in keys if not key.endswith(SIDECAR))


def test_a_run_that_would_pass_the_quota_ends_with_that_reason(
    make_export: Callable[..., Export], demo_of: Callable[..., Namespace]
) -> None:
    demo = demo_of(quota=20_000)
    export = make_export(format="jsonl")
    run_claimed()
    export.refresh_from_db()

    assert (export.state, export.reason) == (State.ERROR, "quota_exceeded")
    assert in_store(demo) == 0
    reconcile_once()
    assert usage_of(demo).used == 0


def test_what_fits_is_ready_and_counts_by_its_size(
    make_export: Callable[..., Export], demo_of: Callable[..., Namespace]
) -> None:
    demo = demo_of(quota=10_000_000)
    export = make_export(format="jsonl", archive="zip")
    run_claimed()
    export.refresh_from_db()

    assert (export.state, export.bytes_reserved) == (State.READY, 0)
    assert usage_of(demo).used == sum(each.bytes for each in export.files.all()) > 0


def test_a_quota_that_is_set_during_a_run_holds_from_then_on(
    make_export: Callable[..., Export], demo_of: Callable[..., Namespace]
) -> None:
    claim = claimed(make_export)
    assert quota_reserve(claim, 1, 1000) == 1000
    demo_of(quota=1000)

    with pytest.raises(QuotaExceeded):
        quota_reserve(claim, 1, 1000)


def test_two_that_run_at_once_never_pass_it_together(
    make_export: Callable[..., Export], demo_of: Callable[..., Namespace]
) -> None:
    """Each writes pieces of another size until there is no room, side by side."""
    limit = 30_000_000
    demo = demo_of(quota=limit, max_running=2)
    claims = [claimed(make_export), claimed(make_export)]
    most = [0]
    written = [0, 0]
    both = threading.Barrier(2, timeout=60)  # or one is done before the other has its first turn

    def write(number: int) -> None:
        piece = (70_001, 110_003)[number]
        with budget(claims[number], Event()) as room, suppress(NoRoom):
            room.take(piece)
            written[number] += piece
            both.wait()
            while True:
                room.take(piece)
                written[number] += piece
                most[0] = max(most[0], sum(written))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    over = max(0, most[0] - limit, usage_of(demo).used - limit)
    print(f"quota {limit:,}: {sum(written):,} bytes written by two, over {over}")
    assert over == 0
    assert sum(written) > limit * 0.9


def test_who_counts_while_another_reserves_waits_for_him(
    make_export: Callable[..., Export], demo_of: Callable[..., Namespace]
) -> None:
    demo_of(quota=1000, max_running=2)
    first, second = claimed(make_export), claimed(make_export)
    answers: list[str] = []

    def ask() -> None:
        try:
            quota_reserve(second, 600, 600)
            answers.append("granted")
        except QuotaExceeded:
            answers.append("refused")
        connection.close()

    asking = threading.Thread(target=ask)
    with transaction.atomic():
        quota_reserve(first, 600, 600)
        asking.start()
        asking.join(0.5)
        assert answers == []
    asking.join(30)

    assert answers == ["refused"]


def test_two_real_runs_at_once_never_pass_it_either(
    make_export: Callable[..., Export], demo_of: Callable[..., Namespace]
) -> None:
    limit = 150_000
    demo = demo_of(quota=limit, max_running=2)
    for _ in range(2):
        make_export(format="jsonl")
    most, done = [0], Event()

    def watch() -> None:
        while not done.wait(0.001):
            most[0] = max(most[0], on_disk(demo))

    def work() -> None:
        # Asked at the same moment, one of the two may find the workspace locked by the other.
        while Export.objects.filter(state=State.PENDING).exists():
            run_claimed()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    watcher = threading.Thread(target=watch)
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join(60)
    done.set()
    watcher.join()

    states = Counter(Export.objects.values_list("state", "reason"))
    print(f"quota {limit:,}: at most {most[0]:,} bytes in the store, {dict(states)}")
    assert 0 < most[0] <= limit
    assert states.keys() <= {(State.READY, ""), (State.ERROR, "quota_exceeded")}
    assert states[State.ERROR, "quota_exceeded"] >= 1


def on_disk(namespace: Namespace) -> int:
    """What lies there at this moment, unfinished files too."""
    total = 0
    with suppress(FileNotFoundError):  # a folder was removed while it was listed
        for key in base_store().list(namespace.uid):
            if key.endswith(SIDECAR):
                continue
            with suppress(KeyMissing):  # it was closed, or removed, since it was listed
                total += base_store().size(key)
    return total


def test_what_a_cancelled_run_reserved_counts_until_its_files_are_gone(
    admin: Caller, make_export: Callable[..., Export], demo_of: Callable[..., Namespace]
) -> None:
    demo = demo_of(quota=5000)
    claim = claimed(make_export)
    quota_reserve(claim, 4000, 4000)
    export_cancel(admin, claim.export)
    assert usage_of(demo).used == 4000

    Export.objects.update(lease_until=None)
    reconcile_once()
    assert usage_of(demo).used == 0


def test_who_is_fenced_gets_no_room_and_ends(
    admin: Caller, make_export: Callable[..., Export]
) -> None:
    claim = claimed(make_export)
    export_cancel(admin, claim.export)

    with budget(claim, Event()) as room, pytest.raises(Cancelled):
        room.take(1)


def test_the_database_is_asked_seldom() -> None:
    asked: list[int] = []

    def reserve(least: int, wished: int) -> int:
        asked.append(wished)
        return wished

    room = Budget(reserve)
    for _ in range(1024):
        room.take(1 << 20)

    print(f"1 GiB in pieces of 1 MiB: asked {len(asked)} times")
    assert len(asked) == 22
