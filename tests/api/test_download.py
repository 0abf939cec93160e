"""GET /exports/{id}/files/{name}: the very bytes, on the record."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.domain.downloads import download_authorise, download_begin
from exports.domain.errors import Gone
from exports.domain.exports import export_delete
from exports.domain.storage import result_store
from exports.models import AuditDetail, AuditEvent, Export, ExportFile, State
from exports.stores.local import LocalStore
from tests.api.conftest import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.models import User
    from tests.api.conftest import Rest


MINUTE = timedelta(minutes=1)


def downloads() -> int:
    return AuditEvent.objects.filter(action="export.downloaded").count()


def test_it_yields_the_bytes_of_the_checksum(rest: Rest, finished: Export) -> None:
    for told in rest.get(f"/exports/{finished.uid}").json()["files"]:
        content = rest.client.get(told["url"]).getvalue()

        assert len(content) == told["bytes"]
        assert hashlib.sha256(content).hexdigest() == told["sha256"]


def test_it_says_what_it_is(rest: Rest, finished: Export) -> None:
    file = finished.files.get(kind="data")
    answer = rest.get(f"/exports/{finished.uid}/files/data.csv")

    told = {
        "Content-Type": "text/csv",
        "Content-Length": str(file.bytes),
        "Content-Disposition": 'attachment; filename="all-trips.csv"',
        "ETag": f'"{file.sha256}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: answer.headers[name] for name in told} == told
    assert answer.getvalue()


def test_what_was_damaged_in_the_store_is_not_begun(
    rest: Rest, finished: Export, settings: Any
) -> None:
    file = finished.files.get(kind="data")
    stored = settings.STORE_DIR / file.key
    right = stored.read_bytes()
    for wrong in (right[:-1], b"", bytes(len(right))):
        stored.write_bytes(wrong)
        answer = rest.get(f"/exports/{finished.uid}/files/data.csv")

        assert (answer.status_code, answer.json()["code"]) == (410, "gone")
        assert "damaged in the store" in answer.json()["detail"]


def test_the_users_name_is_made_harmless(rest: Rest, finished: Export) -> None:
    Export.objects.update(file_name='../../etc/\u202epa\r\nss"wd')
    answer = rest.get(f"/exports/{finished.uid}/files/data.csv")

    assert answer.getvalue()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="passwd.csv"'


def test_the_manifest_is_named_after_its_data(rest: Rest, finished: Export) -> None:
    answer = rest.get(f"/exports/{finished.uid}/files/manifest.json")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].endswith('"all-trips.manifest.json"')
    assert json.loads(answer.getvalue())["export"]["id"] == finished.uid


def test_it_is_recorded_before_the_first_byte(rest: Rest, finished: Export) -> None:
    answer = rest.get(f"/exports/{finished.uid}/files/data.csv")

    event = AuditEvent.objects.get(action="export.downloaded")
    assert event.subject == finished.uid
    assert AuditDetail.objects.get(event_id=event.pk).said["file"] == "data.csv"
    assert answer.getvalue()


def test_it_is_one_event_an_hour_for_each_file(rest: Rest, finished: Export) -> None:
    for name in ("data.csv", "data.csv", "manifest.json"):
        rest.get(f"/exports/{finished.uid}/files/{name}").getvalue()

    assert downloads() == 2


def test_a_session_downloads_by_a_link(finished: Export, ada: User) -> None:
    answer = signed_in(ada).get(f"/exports/{finished.uid}/files/data.csv", namespace="demo")

    assert hashlib.sha256(answer.getvalue()).hexdigest() == finished.files.get(kind="data").sha256


def test_an_auditor_sees_no_cell(auditing: Rest, finished: Export) -> None:
    answer = auditing.get(f"/exports/{finished.uid}/files/data.csv")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert downloads() == 0


def test_a_key_needs_the_scope(reading: Rest, finished: Export) -> None:
    assert reading.get(f"/exports/{finished.uid}/files/data.csv").status_code == 403


@pytest.mark.parametrize("name", ["other.csv", "%2e%2e", "a%00b", "é.csv"])
def test_a_file_that_is_not_there_is_404(name: str, rest: Rest, finished: Export) -> None:
    answer = rest.get(f"/exports/{finished.uid}/files/{name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert downloads() == 0


def test_nothing_is_there_before_it_is_ready(
    rest: Rest, make_export: Callable[..., Export]
) -> None:
    assert rest.get(f"/exports/{make_export().uid}/files/data.csv").status_code == 404


def test_what_has_expired_is_gone(rest: Rest, finished: Export) -> None:
    Export.objects.update(state=State.EXPIRED)
    answer = rest.get(f"/exports/{finished.uid}/files/data.csv")

    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert "Run the export again" in answer.json()["detail"]


def test_what_was_deleted_is_gone(rest: Rest, finished: Export) -> None:
    rest.send("DELETE", f"/exports/{finished.uid}")

    assert rest.get(f"/exports/{finished.uid}/files/data.csv").status_code == 410


def test_what_the_store_lost_is_gone_and_not_recorded(rest: Rest, finished: Export) -> None:
    result_store().delete(ExportFile.objects.get(kind="data").key)
    answer = rest.get(f"/exports/{finished.uid}/files/data.csv")

    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert downloads() == 0


class Elsewhere(LocalStore):
    """A store that hands out its files itself."""

    def link(  # type: ignore[override]
        self, key: str, seconds: int, *, name: str, content_type: str
    ) -> str:
        return f"https://store.example/{key}?{seconds}&{name}&{content_type}"


@pytest.mark.parametrize(("left", "seconds"), [(timedelta(days=7), 3600), (MINUTE, 59)])
def test_a_store_that_signs_is_asked_for_an_address_each_time(
    left: timedelta,
    seconds: int,
    rest: Rest,
    finished: Export,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Elsewhere(settings.STORE_DIR)
    monkeypatch.setattr("exports.api.files.result_store", lambda: store)
    Export.objects.update(expires_at=timezone.now() + left)
    key = finished.files.get(kind="data").key

    answer = rest.get(f"/exports/{finished.uid}/files/data.csv")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-store")
    said = f"https://store.example/{key}?{seconds}&all-trips.csv&text/csv"
    assert answer.headers["Location"].replace("?3599&", "?3600&") == said
    assert downloads() == 1
    assert rest.send("HEAD", f"/exports/{finished.uid}/files/data.csv").status_code == 200


def test_what_is_deleted_while_it_is_asked_for_is_gone_and_not_recorded(
    admin: Caller, finished: Export
) -> None:
    file = download_authorise(admin, finished.uid, "data.csv")
    export_delete(admin, finished)

    with pytest.raises(Gone):
        download_begin(admin, file)
    assert downloads() == 0
