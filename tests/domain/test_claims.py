"""Who runs next: in order, one at a time in a namespace, namespaces in turn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from exports.domain.access import caller_for
from exports.domain.audit import SYSTEM
from exports.domain.claims import Claim, Fenced, export_claim, something_waits
from exports.domain.cleaning import leases_reap
from exports.domain.exports import export_create
from exports.domain.people import namespace_create
from exports.domain.requests import request_parse
from exports.domain.runs import run_fail, run_publish, run_pulse
from exports.models import AuditEvent, Export, Namespace, State
from tests.conftest import person, registered

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.sources.register import Registered


def finish(claim: Claim) -> None:
    run_publish(claim, files=[], rows=1, snapshot={}, notices={})


def take() -> Claim:
    claim = export_claim(worker="w")
    assert claim
    return claim


@pytest.fixture
def other_waits(trips_found: Registered, other: Namespace) -> Export:
    """An export that waits in another namespace."""
    registered(other, "trips", trips_found)
    caller = caller_for(person("oda@example.org", other, "admin"), "other")
    return export_create(caller, request_parse({"collection": "trips"}))[0]


def test_the_oldest_goes_first(make_export: Callable[..., Export]) -> None:
    first, second = make_export(), make_export()

    claim = take()
    assert claim.export == first
    assert (claim.attempt, claim.export.state, claim.export.slot) == (1, "running", 0)
    finish(claim)
    assert take().export == second


def test_the_beginning_of_each_step_is_kept(make_export: Callable[..., Export]) -> None:
    make_export()
    claim = take()
    began = claim.export.steps["reading"]
    assert claim.export.started_at
    assert began == claim.export.started_at.isoformat()

    run_pulse(claim, begun={"checking": 60})
    claim.export.refresh_from_db()
    checked = claim.export.steps["checking"]
    run_publish(
        claim, files=[], rows=1, snapshot={}, notices={}, begun={"checking": 90, "publishing": 0}
    )

    claim.export.refresh_from_db()
    published = claim.export.steps.pop("publishing")
    assert claim.export.steps == {"reading": began, "checking": checked}
    gone = datetime.fromisoformat(published) - datetime.fromisoformat(checked)
    assert timedelta(seconds=59) < gone < timedelta(seconds=90)


def test_a_namespace_runs_one_at_a_time(make_export: Callable[..., Export]) -> None:
    make_export(), make_export()
    take()

    assert not something_waits()
    assert export_claim(worker="w") is None


def test_max_running_gives_as_many_slots(
    make_export: Callable[..., Export], demo: Namespace
) -> None:
    Namespace.objects.filter(pk=demo.pk).update(max_running=2)
    make_export(), make_export(), make_export()

    assert {take().export.slot, take().export.slot} == {0, 1}
    assert export_claim(worker="w") is None


def test_namespaces_are_served_in_turn(
    make_export: Callable[..., Export], other_waits: Export
) -> None:
    for _ in range(3):
        make_export()
    first = take()
    finish(first)

    second = take()

    assert {first.export.namespace.slug, second.export.namespace.slug} == {"demo", "other"}


def test_many_workers_at_once_take_each_export_once(
    make_export: Callable[..., Export], demo: Namespace, transactional_db: None
) -> None:
    Namespace.objects.filter(pk=demo.pk).update(max_running=3)
    for _ in range(12):
        make_export()

    def work(number: int) -> list[int]:
        taken = []
        try:
            for _ in range(40):
                claim = export_claim(worker=f"w{number}")
                if claim:
                    running = Export.objects.filter(state=State.RUNNING).count()
                    assert running <= 3
                    taken.append(claim.export.pk)
                    finish(claim)
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [pk for pks in pool.map(work, range(6)) for pk in pks]

    assert len(taken) == len(set(taken)) == 12


def test_each_change_of_state_is_one_event(make_export: Callable[..., Export]) -> None:
    make_export(), make_export()
    finish(take())
    failed = take()
    run_fail(failed, "storage_full")

    events = AuditEvent.objects.exclude(subject="").filter(subject__startswith="exp_")
    assert sorted(events.values_list("action", flat=True)) == [
        "export.created",
        "export.created",
        "export.failed",
        "export.ready",
        "export.started",
        "export.started",
    ]


def test_a_run_whose_lease_is_over_writes_nothing_more(make_export: Callable[..., Export]) -> None:
    make_export()
    claim = take()
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert leases_reap() == 1

    with pytest.raises(Fenced):
        run_pulse(claim, rows_done=5)
    with pytest.raises(Fenced):
        finish(claim)
    with pytest.raises(Fenced):
        run_fail(claim, "failed")
    export = Export.objects.get()
    assert (export.state, export.reason, export.rows_done) == ("pending", "worker_lost", 0)


def test_a_run_whose_lease_holds_is_left_alone(make_export: Callable[..., Export]) -> None:
    make_export()
    take()

    assert leases_reap() == 0


def test_a_pulse_renews_the_lease(make_export: Callable[..., Export]) -> None:
    make_export()
    claim = take()
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    run_pulse(claim, rows_done=7)

    export = Export.objects.get()
    assert export.rows_done == 7
    assert export.lease_until
    assert export.lease_until > timezone.now()


def test_a_namespace_that_was_never_served_goes_before_one_that_was(
    make_export: Callable[..., Export],
) -> None:
    make_export()
    for number in range(3):
        namespace_create(slug=f"idle-{number}", name="Idle", actor=SYSTEM)

    assert take().export.namespace.slug == "demo"


def test_a_thousand_that_wait_delay_another_workspaces_first_by_one_at_most(
    make_export: Callable[..., Export], other_waits: Export
) -> None:
    one = make_export()
    fields = ("namespace", "collection", "created_by", "label", "format", "frozen")
    same = {field: getattr(one, field) for field in fields}
    Export.objects.bulk_create([Export(**same) for _ in range(999)])

    before = 0
    while (claim := take()).export != other_waits:
        finish(claim)
        before += 1

    print(f"exports that went before it: {before} of 1,000")
    assert before <= 1
