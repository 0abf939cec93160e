"""``manage.py audit``: the chains walked, their heads kept, particulars erased."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from exports.domain import chains
from exports.domain.audit import SYSTEM, audit_append
from exports.domain.chains import chains_verify
from exports.models import AuditChain, AuditDetail, AuditEvent
from exports.models.triggers import triggers_install, triggers_remove

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exports.models import Namespace


def run(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out)
    return out.getvalue()


def tell(namespace: Namespace | None, label: str) -> AuditEvent:
    with transaction.atomic():
        return audit_append(namespace, "key.created", actor=SYSTEM, label=label)


@pytest.fixture
def events(demo: Namespace, other: Namespace, monkeypatch: pytest.MonkeyPatch) -> list[AuditEvent]:
    """Three of ``demo``, among others' and the installation's; read two at a time."""
    monkeypatch.setattr(chains, "_CHUNK", 2)
    told = []
    for label in ("a", "b", "c"):
        told.append(tell(demo, label))
        tell(other, label)
    tell(None, "d")
    return told


@pytest.fixture
def unguarded(db: None) -> Iterator[None]:
    """As whoever owns the database could do."""
    triggers_remove(connection)
    yield
    triggers_install(connection)


def test_chains_that_hold_are_said_to(events: list[AuditEvent]) -> None:
    assert run("verify").splitlines() == [
        "9 events were walked; the particulars of 0 are erased.",
        "Every chain holds.",
    ]
    assert run("verify", "--namespace", "demo").startswith("4 events")


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    ("change", "broken", "why"),
    [
        ({"actor": "nobody"}, 1, "it was changed"),
        ({"namespace_id": None}, 2, "it was changed"),
        ("deleted", 2, "an event before it was changed or taken away"),
    ],
)
def test_the_first_broken_event_is_named(
    change: dict[str, str] | str, broken: int, why: str, events: list[AuditEvent]
) -> None:
    found = AuditEvent.objects.filter(pk=events[1].pk)
    if isinstance(change, dict):
        found.update(**change)
    else:
        found.delete()

    with pytest.raises(CommandError, match=f": event {events[broken].pk}, key.created by .*{why}"):
        run("verify", "--namespace", "demo")


@pytest.mark.usefixtures("unguarded")
def test_particulars_that_were_rewritten_are_found(events: list[AuditEvent]) -> None:
    AuditDetail.objects.filter(pk=events[2].pk).update(detail='{"label":"x"}')

    with pytest.raises(CommandError, match=f"event {events[2].pk}, .*particulars were changed"):
        run("verify")


@pytest.mark.usefixtures("unguarded")
def test_a_tail_that_was_cut_is_missed(
    events: list[AuditEvent], demo: Namespace, tmp_path: Path
) -> None:
    """Also when the head was set back too, as long as another one was kept."""
    kept = tmp_path / "heads.txt"
    kept.write_text(run("head"))
    AuditEvent.objects.filter(pk=events[2].pk).delete()

    with pytest.raises(CommandError, match=f"{demo.uid}: its end is not there"):
        run("verify")
    AuditChain.objects.filter(pk=demo.pk).update(hash=events[1].hash)
    assert run("verify").endswith("Every chain holds.\n")
    with pytest.raises(CommandError, match=f"^{demo.uid}: its end is not there[^\n]*$"):
        run("verify", "--heads", str(kept))


def test_the_heads_are_those_of_all_chains(events: list[AuditEvent], demo: Namespace) -> None:
    assert run("head", "--namespace", "demo") == f"{demo.uid} {events[2].hash} demo\n"
    assert [line.split()[2] for line in run("head").splitlines()] == [
        "installation",
        "demo",
        "other",
    ]


@pytest.mark.parametrize("kept", ["", "two words\n"])
def test_what_is_no_file_of_heads_is_refused(kept: str, tmp_path: Path, db: None) -> None:
    path = tmp_path / "heads.txt"
    if kept:
        path.write_text(kept)
    with pytest.raises(CommandError, match="is no file that 'audit head' wrote"):
        run("verify", "--heads", str(path))


@pytest.mark.usefixtures("unguarded")
def test_old_particulars_are_erased_and_the_chain_holds(
    events: list[AuditEvent], demo: Namespace
) -> None:
    """The day before does not reach them, since an event of today is not older than today."""
    assert run("erase", "--before", f"{timezone.now():%Y-%m-%d}").startswith(
        "The particulars of 0 events"
    )
    old = [each.pk for each in events[:2]]
    AuditEvent.objects.filter(pk__in=old).update(at=timezone.now() - timedelta(days=9))
    run("erase", "--before", f"{timezone.now() - timedelta(days=1):%Y-%m-%d}")

    assert not AuditDetail.objects.filter(pk__in=old).exists()
    assert AuditDetail.objects.filter(pk=events[2].pk).exists()
    told = AuditEvent.objects.get(action="history.erased")
    assert told.namespace_id == demo.pk
    assert AuditDetail.objects.get(pk=told.pk).said["events"] == 2


def test_erased_particulars_break_no_chain(events: list[AuditEvent]) -> None:
    AuditDetail.objects.all().delete()

    assert (chains_verify().erased, chains_verify().broken) == (9, [])


@pytest.mark.parametrize("day", ["2999-01-01", "yesterday", "2026-13-01"])
def test_what_is_no_day_that_has_come_is_refused(day: str, db: None) -> None:
    with pytest.raises(CommandError, match="Name"):
        run("erase", "--before", day)


def test_a_workspace_that_is_not_there_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="There is no workspace 'nowhere'"):
        run("verify", "--namespace", "nowhere")
