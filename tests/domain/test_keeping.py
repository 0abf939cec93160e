"""Results that stay: kept longer, held, let go of; and downloads that outlive a result."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.domain.access import caller_for
from exports.domain.cleaning import exports_clear, exports_expire
from exports.domain.downloads import download_authorise, download_begin
from exports.domain.errors import Conflict, Forbidden, Gone, InvalidRequest
from exports.domain.exports import export_delete
from exports.domain.keeping import LONGEST, export_hold, export_keep, export_release
from exports.domain.storage import result_store
from exports.models import AuditDetail, AuditEvent, Download, Export, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.models import User

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def past_its_time(export: Export) -> None:
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    export.refresh_from_db()


def keys(export: Export) -> list[str]:
    return list(result_store().list(f"{export.namespace.uid}/{export.uid}/"))


def told(action: str) -> dict[str, Any]:
    return AuditDetail.objects.get(event_id=AuditEvent.objects.get(action=action).pk).said


def test_it_is_kept_longer_and_the_history_says_why(finished: Export, admin: Caller) -> None:
    was, until = finished.expires_at, timezone.now() + 30 * DAY

    export_keep(admin, finished, until=until, reason="  The audit is late. ")

    finished.refresh_from_db()
    assert finished.expires_at == until
    assert was
    assert told("export.kept") == {
        "reason": "The audit is late.",
        "was": was.isoformat(),
        "until": until.isoformat(),
    }


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        (6 * DAY, "why", "until"),
        (LONGEST + DAY, "why", "until"),
        (30 * DAY, " ", "reason"),
        (30 * DAY, "x" * 501, "reason"),
    ],
)
def test_what_will_not_do_is_named(
    until: timedelta, reason: str, field: str, finished: Export, admin: Caller
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        export_keep(admin, finished, until=timezone.now() + until, reason=reason)

    assert [each.path for each in refusal.value.errors] == [field]


def test_what_is_held_neither_expires_nor_is_deleted(finished: Export, admin: Caller) -> None:
    export_hold(admin, finished, reason="A court asks for it.")
    past_its_time(finished)

    assert exports_expire() == 0
    with pytest.raises(Conflict, match="held"):
        export_delete(admin, finished)
    assert admin.file(finished.uid, "data.csv").bytes
    assert exports_clear(result_store()) == 0

    export_release(admin, finished, reason="The court is done.")
    assert (exports_expire(), exports_clear(result_store()), keys(finished)) == (1, 1, [])
    assert told("export.held") == {"reason": "A court asks for it."}
    assert told("export.released") == {
        "reason": "The court is done.",
        "held": "A court asks for it.",
    }


def test_it_is_held_once_and_released_once(finished: Export, admin: Caller) -> None:
    with pytest.raises(Conflict, match="not held"):
        export_release(admin, finished, reason="r")
    export_hold(admin, finished, reason="first")
    with pytest.raises(Conflict, match="first"):
        export_hold(admin, finished, reason="second")


def test_what_has_no_files_cannot_be_kept(
    finished: Export, admin: Caller, make_export: Callable[..., Export]
) -> None:
    past_its_time(finished)
    for export in (finished, make_export()):
        with pytest.raises(Conflict, match="no files"):
            export_hold(admin, export, reason="r")
        with pytest.raises(Conflict, match="no files"):
            export_keep(admin, export, until=timezone.now() + 30 * DAY, reason="r")


def test_only_admins_do_it(finished: Export, ari: User) -> None:
    auditor = caller_for(ari, "demo")

    with pytest.raises(Forbidden):
        export_hold(auditor, finished, reason="r")


def test_a_download_that_has_begun_goes_on_for_an_hour(finished: Export, admin: Caller) -> None:
    file = download_authorise(admin, finished.uid, "data.csv")
    assert download_begin(admin, file) == HOUR
    past_its_time(finished)

    assert exports_expire() == 1
    assert exports_clear(result_store()) == 0
    assert HOUR - download_begin(admin, download_authorise(admin, finished.uid, "data.csv")) < (
        timedelta(minutes=1)
    )
    with pytest.raises(Gone):
        admin.file(finished.uid, "manifest.json")

    Download.objects.update(started_at=timezone.now() - HOUR)
    with pytest.raises(Gone):
        download_authorise(admin, finished.uid, "data.csv")
    assert (exports_clear(result_store()), keys(finished)) == (1, [])
    assert not Download.objects.exists()


def test_nobody_else_goes_on_with_it(finished: Export, admin: Caller, eve: User) -> None:
    download_begin(admin, download_authorise(admin, finished.uid, "data.csv"))
    eve.memberships.update(role="admin")
    past_its_time(finished)

    with pytest.raises(Gone):
        caller_for(eve, "demo").file(finished.uid, "data.csv")


def test_going_on_makes_the_hour_no_longer(finished: Export, admin: Caller) -> None:
    file = download_authorise(admin, finished.uid, "data.csv")
    download_begin(admin, file)
    half_an_hour_ago = timezone.now() - HOUR / 2
    Download.objects.update(started_at=half_an_hour_ago)
    past_its_time(finished)

    assert download_begin(admin, file) <= HOUR / 2
    assert Download.objects.get().started_at == half_an_hour_ago


def test_a_download_that_expires_between_look_and_begin_is_refused(
    finished: Export, admin: Caller
) -> None:
    file = download_authorise(admin, finished.uid, "data.csv")
    past_its_time(finished)

    with pytest.raises(Gone):
        download_begin(admin, file)
    assert not Download.objects.exists()


def test_deleting_ends_downloads_too(finished: Export, admin: Caller) -> None:
    download_begin(admin, download_authorise(admin, finished.uid, "data.csv"))
    export_delete(admin, finished)

    with pytest.raises(Gone):
        admin.file(finished.uid, "data.csv")
    assert (exports_clear(result_store()), keys(finished)) == (1, [])
    finished.refresh_from_db()
    assert finished.state == State.READY
