"""Exports through the client, against a real service."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from exports.client import ExportTask, Waybill
from exports.client.errors import (
    Conflict,
    ExportFailed,
    Gone,
    InTheWay,
    Invalid,
    NoTable,
    NotConfigured,
    NotFound,
    NotReady,
    PastTheEnd,
    TimedOut,
    Unauthorised,
    Unreachable,
    Wrong,
)
from exports.client.verify import KeyUnknown
from tests.client.conftest import FAST, ROWS
from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.client.service import Service

    Made = Callable[..., ExportTask]


def test_it_says_what_the_export_is(client: Waybill, made: Made) -> None:
    task = made()

    assert (task.id, task.type, task.status) == (task.uid, "export", "ready")
    assert task.created_by == "admin@example.org"
    assert task.name == f"flights, {task.created_at:%d %B %Y}"
    assert datetime.now(UTC) - task.created_at < timedelta(hours=1)
    assert task.created_at < task.updated_at
    assert (task.completion_percentage, task.get_total_lines()) == (100, ROWS)
    assert task.get_total_file_size() == sum(each.bytes for each in task.files)
    assert (task.has_result(), task.has_errors()) == (True, False)
    assert ExportTask.get_task(client, task.uid).refresh().export == task.export


def test_a_download_is_verified_and_made_once(made: Made, tmp_path: Path) -> None:
    task = made(label="First flights")
    saved = task.download(tmp_path)

    names = [
        "first-flights.jsonl",
        "first-flights.manifest.json",
        "first-flights.manifest.json.sig",
    ]
    assert saved == [tmp_path / each for each in names]
    assert sorted(tmp_path.iterdir()) == sorted(saved)
    assert len(saved[0].read_bytes().splitlines()) == ROWS
    before = saved[0].stat()
    assert task.download(tmp_path) == saved
    assert saved[0].stat() == before


def test_another_file_is_overwritten_only_when_that_is_said(made: Made, tmp_path: Path) -> None:
    task = made(label="First flights")
    file = tmp_path / "first-flights.jsonl"
    file.write_text("mine")

    with pytest.raises(InTheWay, match=r"first-flights\.jsonl"):
        task.download(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    task.download(tmp_path, overwrite=True)
    assert file.stat().st_size == task.files[0].bytes


def test_a_manifest_that_no_trusted_key_signed_is_refused(
    service: Service, made: Made, tmp_path: Path
) -> None:
    pinned = Waybill(service.url, service.key, signing_keys={"sig_other": b"k" * 32})
    with pinned, pytest.raises(KeyUnknown):
        pinned.exports.get(made().uid).download(tmp_path)


def test_files_that_documents_name_lie_where_the_data_says(client: Waybill, tmp_path: Path) -> None:
    fields = {"collection": "digits", "format": "jsonl", "sample_size": 2, "export_files": True}
    task = client.exports.create(label="Two", **fields).wait_till_done(60)  # type: ignore[arg-type]
    task.download(tmp_path)

    lines = (tmp_path / "two.jsonl").read_text().splitlines()
    images = [json.loads(each)["image"] for each in lines]
    assert [each[:6] for each in images] == ["files/", "files/"]
    assert all((tmp_path / each).read_bytes().startswith(b"\x89PNG") for each in images)


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_documents_come_from_any_line_or_byte(made: Made, compression: str) -> None:
    task = made(compression=compression)
    lines = list(task.lines())
    begins = len(b"\n".join(lines[:50_000])) + 1

    assert len(lines) == ROWS
    assert list(task.stream(line=ROWS - 9)) == [json.loads(each) for each in lines[-9:]]
    assert next(task.lines(offset=begins)) == lines[50_000]
    assert list(task.lines(offset=begins + 1)) == lines[50_001:]
    with pytest.raises(PastTheEnd, match="60,000 lines"):
        next(task.lines(line=ROWS))


def test_more_lines_than_one_answer_holds_come_in_order(made: Made) -> None:
    task = made(paths=["flight_number"], sample_size=250_000)
    seen = [each["document_id"] for each in task.stream(line=1)]
    assert len(set(seen)) == len(seen) == 249_999
    assert [each["document_id"] for each in task.stream(line=249_998)] == seen[-2:]


@pytest.mark.parametrize(
    ("format", "compression"),
    [("parquet", "zstd"), ("jsonl", "none"), ("jsonl", "gzip"), ("csv", "zstd")],
)
def test_a_result_becomes_a_table(made: Made, format: str, compression: str) -> None:  # noqa: A002
    table = made(format=format, compression=compression, sample_size=500).to_arrow()
    assert table.num_rows == 500
    assert table.column_names[:2] == ["document_id", "carrier"]
    assert table["document_id"][0].as_py() == "20130101-UA1545-EWR0515"


def test_what_has_no_rows_says_so(made: Made) -> None:
    with pytest.raises(Conflict, match="Download this one"):
        next(made(format="csv", sample_size=5).stream())
    with pytest.raises(NoTable, match="Export parquet"):
        made(format="json", sample_size=5).to_arrow()
    with pytest.raises(NoTable):
        made(archive="zip", sample_size=5).to_arrow()


def test_what_was_noticed_can_be_read(client: Waybill, made: Made) -> None:
    task = made(expand=["tailnum"])
    assert task.has_errors() is True
    assert next(task.errors()).keys() >= {"code"}
    assert list(made().errors()) == []


def test_a_link_works_without_a_key(client: Waybill, made: Made) -> None:
    import httpx

    task = made()
    assert httpx.get(task.link("manifest.json")).json()["export"]["id"] == task.uid
    assert len(httpx.get(task.link()).content) == task.files[0].bytes


def test_one_request_is_made_once(client: Waybill) -> None:
    fields = {"collection": "airports", "sample_size": 1}
    first, again = (client.exports.create(idempotency_key="once", **fields) for _ in range(2))  # type: ignore[arg-type]
    assert first.uid == again.uid
    assert client.exports.create(**fields).uid != first.uid  # type: ignore[arg-type]


def test_the_life_of_an_export(client: Waybill) -> None:
    task = client.exports.create(collection="flights", format="csv", expand=["tailnum", "carrier"])
    with pytest.raises(TimedOut, match="within 0 s"):
        task.wait_till_done(0)
    with pytest.raises(NotReady):
        task.download()
    assert task.cancel().status == "cancelled"
    assert task.wait_till_done().has_result() is False
    with pytest.raises(ExportFailed, match="cancelled") as failed:
        task.download()
    assert failed.value.code == "cancelled"
    with pytest.raises(Conflict):
        task.cancel()
    again = task.retry()
    assert again.export["retry_of"] == task.uid
    again.delete()
    with pytest.raises((Gone, NotFound)):
        again.cancel()


def test_a_list_goes_on_over_all_pages(client: Waybill, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [
        client.exports.create(collection="airports", label=f"paged {number}", sample_size=1)
        for number in range(5)
    ]
    monkeypatch.setattr("exports.client.paging.PAGE", 2)

    found = [each.uid for each in client.exports.list(q="paged")]
    assert found == [each.uid for each in reversed(made)]
    assert [each.uid for each in client.exports.list(q="paged", limit=3)] == found[:3]


def test_a_preview_shows_what_would_come(client: Waybill) -> None:
    found = client.exports.preview(limit=1, collection="airports", paths=["name"])
    assert found["rows"] == [{"document_id": "04G", "name": "Lansdowne Airport"}]
    assert (found["count"], found["exact"]) == (1458, True)


def test_errors_have_the_words_of_the_service(client: Waybill) -> None:
    with pytest.raises(Invalid) as invalid:
        client.exports.create(collection="flights", paths=["carier"], sample_size=0)
    assert (invalid.value.status, invalid.value.code) == (422, "invalid")
    assert invalid.value.errors == (Wrong("sample_size", "It must be 1 or more."),)
    assert str(invalid.value) == "sample_size: It must be 1 or more."
    with pytest.raises(Invalid, match=r"paths\.0: There is no property 'carier'"):
        client.exports.create(collection="flights", paths=["carier"])
    with pytest.raises(NotFound, match="no such export"):
        client.exports.get("exp_unknown")
    with pytest.raises(NotFound):
        client.exports.get("../../keys")


def test_a_wrong_key_is_refused(service: Service) -> None:
    with Waybill(service.url, "sk_wrong") as client, pytest.raises(Unauthorised):
        next(client.exports.list())


@pytest.mark.parametrize(
    "url", ["", "waybill.example.org", "ftp://a.example", "http://", "http://a:b"]
)
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(NotConfigured, match="is no address"):
        Waybill(url, "sk_1")


def test_a_key_with_a_line_end_is_named() -> None:
    with pytest.raises(NotConfigured, match="Copy it again"):
        Waybill("http://127.0.0.1", "sk_1\n")


def test_nobody_there_is_unreachable() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    client = Waybill(f"{address}/api/v1/", "sk_1", retries=FAST)
    with client, pytest.raises(Unreachable, match=address):
        client.exports.create(collection="flights")


def test_collections_can_be_looked_at(client: Waybill) -> None:
    names = [each["name"] for each in client.collections.list()]
    assert {"airlines", "airports", "flights"} <= set(names)
    assert client.collections.get("airports")["documents"] == 1458
    assert client.usage()["used_bytes"] >= 0


def test_templates_are_made_changed_run_and_deleted(client: Waybill) -> None:
    request = {"collection": "airports", "format": "csv", "sample_size": 3}
    kept = client.templates.create(name="Three airports", request=request)
    assert client.templates.change(kept["id"], description="A few")["request"] == request
    assert [each["description"] for each in client.templates.list()] == ["A few"]

    assert client.templates.run(kept["id"]).wait_till_done(60).get_total_lines() == 3
    client.templates.delete(kept["id"])
    with pytest.raises(NotFound):
        client.templates.run(kept["id"])


def test_the_history_is_told(client: Waybill) -> None:
    task = client.exports.create(collection="airports", label="Told")
    told = list(client.audit.list(subject=task.uid, action="export.created", limit=5))
    (event,) = told
    assert (event["subject"], event["action"]) == (task.uid, "export.created")
    assert event["actor"].startswith("admin@example.org (")
    task.delete()


def test_a_collection_is_uploaded_changed_refreshed_and_deleted(
    client: Waybill, tmp_path: Path
) -> None:
    file = tmp_path / "towns.jsonl"
    file.write_text('{"code": "A", "place": "Ä", "rest": 1}\n{"code": "B", "place": "b"}\n')
    marks = {"rest": {"optional": True}}
    client.collections.upload(file, name="towns", key="code", marks=marks, access="public")
    found = _settled(client, "towns")
    assert (found["state"], found["documents"], found["key"]) == ("ready", 2, "code")
    assert [each["path"] for each in found["properties"] if each["optional"]] == ["rest"]

    changed = client.collections.change("towns", description="Of tests", access=None)
    assert (changed["description"], changed["access"]) == ("Of tests", None)
    client.collections.refresh("towns")
    assert _settled(client, "towns")["documents"] == 2
    client.collections.delete("towns")
    with pytest.raises(NotFound):
        client.collections.get("towns")


def _settled(client: Waybill, name: str) -> dict[str, Any]:
    """A collection when its files have been read."""
    for _ in range(200):
        found = client.collections.get(name)
        if found["state"] != "preparing" and not found["refreshing"]:
            return found
        time.sleep(0.05)
    raise AssertionError(found)
