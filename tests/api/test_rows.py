"""GET /exports/{id}/rows and /errors: lines out of a result, on the record."""

from __future__ import annotations

import gc
import gzip
import io
import json
import time
from itertools import islice
from random import Random
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from config.warm import warm_up
from exports.domain.collections import collection_register
from exports.domain.exports import export_create
from exports.domain.requests import request_parse
from exports.domain.storage import result_store
from exports.models import AuditDetail, AuditEvent, Export, ExportFile, State
from exports.queue.horse import run_claimed
from exports.sources.register import Registered, register
from tests.api.conftest import Rest, key_for, paths_of
from tests.conftest import registered
from tests.plugin import VAR
from tests.services import write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exports.domain.access import Caller
    from exports.models import Collection, Namespace, User

COMPRESSIONS = ["none", "gzip", "zstd"]


def text_of(export: Export) -> io.BufferedIOBase:
    """The data of a result, as somebody reads it who has downloaded it."""
    file = io.BytesIO(b"".join(result_store().open(export.files.get(kind="data").key)))
    if export.compression == "gzip":
        return gzip.open(file)
    if export.compression == "zstd":
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return io.BufferedReader(reader)
    return file


def run(caller: Caller, **asked: Any) -> Export:
    asked = {"collection": "trips", "format": "jsonl", **asked}
    export, _ = export_create(caller, request_parse(asked))
    run_claimed()
    export.refresh_from_db()
    assert export.state == State.READY
    return export


@pytest.fixture
def trip_lines(transactional_db: None, admin: Caller, trips: Collection) -> Export:
    """All trips as JSONL, by a real run."""
    return run(admin)


@pytest.fixture(scope="session")
def odd() -> Registered:
    """Two numbers of its three are not finite."""
    query = "SELECT i AS id, CASE WHEN i < 2 THEN 'nan'::DOUBLE ELSE 1 END AS f FROM range(3) r(i)"
    file = write_parquet(VAR / "sources" / "odd.parquet", query)
    return register([str(file)], key="id", roots=[file.parent], scratch=VAR / "register")


def events() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.filter(action="rows.read").values_list("subject", "actor_uid"))


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.usefixtures("transactional_db", "trips")
def test_the_rows_are_those_of_the_file(rest: Rest, admin: Caller, compression: str) -> None:
    export = run(admin, compression=compression)
    text = text_of(export).read()
    lines = text.splitlines(keepends=True)
    path = f"/exports/{export.uid}/rows"

    assert rest.get(path, limit=2_000).getvalue() == text
    assert rest.get(path, line=990, limit=100).getvalue() == b"".join(lines[990:])
    assert rest.get(path, line=40, limit=3).getvalue() == b"".join(lines[40:43])
    begins = len(b"".join(lines[:700]))
    assert rest.get(path, offset=begins, limit=2).getvalue() == b"".join(lines[700:702])
    answer = rest.get(path, offset=begins + 1, limit=2)
    assert answer.getvalue() == b"".join(lines[701:703])
    assert answer.headers["X-First-Line"] == "701"
    assert rest.get(path, offset=len(text) - 1).getvalue() == b""


def test_it_says_how_much_there_is(rest: Rest, trip_lines: Export) -> None:
    answer = rest.get(f"/exports/{trip_lines.uid}/rows", line=5)

    told = {
        "Content-Type": "application/x-ndjson",
        "X-Total-Lines": "1000",
        "X-Total-Bytes": str(len(text_of(trip_lines).read())),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: answer.headers[name] for name in told} == told
    assert json.loads(answer.getvalue().split(b"\n")[0])["document_id"] == "trip-0005"


@pytest.mark.parametrize("asked", [{"line": 1_000}, {"line": 10**30}, {"offset": 10**9}])
def test_past_the_end_it_says_the_limits(
    rest: Rest, trip_lines: Export, asked: dict[str, int]
) -> None:
    answer = rest.get(f"/exports/{trip_lines.uid}/rows", **asked)

    assert (answer.status_code, answer.json()["code"]) == (416, "past_the_end")
    assert "1,000 lines" in answer.json()["detail"]
    assert answer.headers["X-Total-Lines"] == "1000"
    assert events() == []


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.usefixtures("transactional_db", "trips")
def test_an_empty_result_has_no_rows(rest: Rest, admin: Caller, compression: str) -> None:
    export = run(admin, where={"document_id": "nothing"}, compression=compression)
    answer = rest.get(f"/exports/{export.uid}/rows")

    assert (answer.status_code, answer.getvalue()) == (200, b"")
    assert answer.headers["X-Total-Lines"] == answer.headers["X-Total-Bytes"] == "0"
    assert rest.get(f"/exports/{export.uid}/rows", line=1).status_code == 416


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("line=-1", "line"),
        ("line=a", "line"),
        ("offset=1.5", "offset"),
        ("limit=0", "limit"),
        ("limit=100001", "limit"),
        ("line=1&offset=1", "offset"),
    ],
)
def test_what_is_no_place_names_its_field(
    rest: Rest, finished: Export, query: str, field: str
) -> None:
    answer = rest.send("GET", f"/exports/{finished.uid}/rows?{query}")

    assert (answer.status_code, paths_of(answer)) == (422, [field])


@pytest.mark.parametrize("asked", [{"format": "csv"}, {"format": "jsonl", "archive": "zip"}])
@pytest.mark.usefixtures("transactional_db", "trips")
def test_of_other_results_there_are_no_rows(
    rest: Rest, admin: Caller, asked: dict[str, str]
) -> None:
    export = run(admin, **asked)
    answer = rest.get(f"/exports/{export.uid}/rows")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "'jsonl' that is not in an archive" in answer.json()["detail"]


@pytest.mark.parametrize("what", ["rows", "errors"])
def test_before_it_is_ready_there_is_nothing(
    rest: Rest, make_export: Callable[..., Export], what: str
) -> None:
    answer = rest.get(f"/exports/{make_export(format='jsonl').uid}/{what}")

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "This export has no result: it is waiting.",
    )


@pytest.mark.parametrize("what", ["rows", "errors"])
def test_what_has_expired_or_was_deleted_is_gone(rest: Rest, trip_lines: Export, what: str) -> None:
    path = f"/exports/{trip_lines.uid}/{what}"
    Export.objects.update(state=State.EXPIRED)
    assert rest.get(path).status_code == 410
    ExportFile.objects.all().delete()
    assert rest.get(path).status_code == 410
    Export.objects.update(state=State.READY)
    rest.send("DELETE", f"/exports/{trip_lines.uid}")
    assert rest.get(path).status_code == 410


@pytest.mark.parametrize("kind", ["data", "index"])
def test_what_the_store_lost_is_gone_and_not_recorded(
    rest: Rest, trip_lines: Export, kind: str
) -> None:
    result_store().delete(trip_lines.files.get(kind=kind).key)
    answer = rest.get(f"/exports/{trip_lines.uid}/rows")

    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert events() == []


@pytest.mark.parametrize("kind", ["data", "index"])
@pytest.mark.parametrize(
    ("encrypted", "compression"), [(True, "none"), (False, "gzip"), (False, "zstd")]
)
@pytest.mark.usefixtures("transactional_db", "trips")
def test_what_was_damaged_in_the_store_is_gone_and_not_recorded(
    rest: Rest,
    admin: Caller,
    settings: Any,
    tmp_path: Path,
    encrypted: bool,
    compression: str,
    kind: str,
) -> None:
    settings.STORE_DIR, settings.STORE_ENCRYPTED = tmp_path, encrypted
    result_store.cache_clear()
    try:
        export = run(admin, compression=compression)
        path = tmp_path / export.files.get(kind=kind).key
        right, answers = path.read_bytes(), []
        middle = len(right) // 2
        changed = right[:middle] + bytes(20) + right[middle + 20 :]
        for wrong in (right[:-1], right[:-30], b"", changed, b"x" * len(right)):
            path.write_bytes(wrong)
            answer = rest.get(f"/exports/{export.uid}/rows", line=990, limit=10)
            answers.append((answer.status_code, answer.json()["detail"][:38]))
    finally:
        result_store.cache_clear()

    assert set(answers) == {(410, "This file is damaged in the store, so ")}
    assert events() == []


def test_it_is_one_event_for_each_person_and_hour(
    rest: Rest, trip_lines: Export, ada: User
) -> None:
    other = Rest(key_for(trip_lines.namespace, ada))
    for caller in (rest, rest, other):
        assert caller.get(f"/exports/{trip_lines.uid}/rows", limit=1).getvalue()

    assert [subject for subject, _ in events()] == [trip_lines.collection.uid] * 2
    event = AuditEvent.objects.filter(action="rows.read").latest("pk")
    assert AuditDetail.objects.get(event_id=event.pk).said == {"export": trip_lines.uid}


@pytest.mark.parametrize("what", ["rows", "errors"])
def test_who_may_not_download_may_not_look(
    auditing: Rest, reading: Rest, outside: Rest, trip_lines: Export, what: str
) -> None:
    path = f"/exports/{trip_lines.uid}/{what}"

    assert [each.get(path).status_code for each in (auditing, reading, outside)] == [403, 403, 404]
    assert events() == []


def test_the_index_is_nowhere_to_be_seen(rest: Rest, trip_lines: Export, ada: User) -> None:
    assert trip_lines.files.get(kind="index").name == "data.jsonl.index"
    shown = rest.get(f"/exports/{trip_lines.uid}").json()
    manifest = rest.get(f"/exports/{trip_lines.uid}/files/manifest.json").getvalue()
    rest.client.force_login(ada)
    pages = ["/demo/exports", f"/demo/exports/{trip_lines.uid}", "/demo/history"]
    html = "".join(rest.client.get(page).content.decode() for page in pages)

    assert [each["name"] for each in shown["files"]] == [
        *("data.jsonl", "manifest.json", "manifest.json.sig")
    ]
    assert shown["bytes_done"] == shown["files"][0]["bytes"]
    assert rest.get(f"/exports/{trip_lines.uid}/files/data.jsonl.index").status_code == 404
    assert "manifest.json.sig" in html
    assert ".index" not in html + manifest.decode()


@pytest.mark.usefixtures("transactional_db")
def test_errors_are_the_entries_of_the_run(
    rest: Rest, admin: Caller, demo: Namespace, odd: Registered
) -> None:
    registered(demo, "odd", odd)
    export = run(admin, collection="odd")
    answer = rest.get(f"/exports/{export.uid}/errors")

    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in answer.getvalue().splitlines()] == [
        {"code": "not_finite_numbers", "key": None, "path": "f", "value": None, "count": 2}
    ]
    told = AuditEvent.objects.get(action="export.downloaded")
    assert AuditDetail.objects.get(event_id=told.pk).said["file"] == "errors.jsonl"


@pytest.mark.usefixtures("transactional_db")
def test_errors_in_an_archive_are_said_to_be_there(
    rest: Rest, admin: Caller, demo: Namespace, odd: Registered
) -> None:
    registered(demo, "odd", odd)
    export = run(admin, collection="odd", archive="zip")
    answer = rest.get(f"/exports/{export.uid}/errors")

    assert answer.status_code == 409
    assert "inside the archive" in answer.json()["detail"]


def test_without_errors_there_is_nothing_and_it_is_no_download(
    rest: Rest, finished: Export
) -> None:
    answer = rest.get(f"/exports/{finished.uid}/errors")

    assert (answer.status_code, answer.getvalue()) == (200, b"")
    assert not AuditEvent.objects.filter(action="export.downloaded").exists()


@pytest.fixture
def _as_in_a_web_process() -> Iterator[None]:
    """Which is spared full collections, of 200 ms each."""
    warm_up()
    yield
    gc.unfreeze()


@pytest.mark.parametrize(
    ("count", "asked_for", "at_most"),
    [(100_000, 7, 1_000), pytest.param(10_000_000, 39, 100, marks=pytest.mark.soak)],
)
@pytest.mark.usefixtures("transactional_db", "_as_in_a_web_process")
def test_a_late_line_comes_as_fast_as_an_early_one(
    rest: Rest, admin: Caller, count: int, asked_for: int, at_most: int
) -> None:
    """Prints the p95. Only the long form is exact: the short one shares its cores with others.

    :param at_most: milliseconds.
    """
    query = f"SELECT i AS id, repeat('é' || i % 26, i % 40) AS t FROM range({count}) r(i)"
    file = write_parquet(VAR / "sources" / f"long-{count}.parquet", query)
    asked: Any = {"name": "long", "locations": [str(file)], "key": "id"}
    collection_register(namespace=admin.namespace, actor=admin.actor, **asked)
    for compression in COMPRESSIONS:
        export = run(admin, collection="long", compression=compression)
        late = count * 9 // 10
        found, times = b"", []
        for line in [late, *Random(1).sample(range(count), asked_for)]:
            start = time.perf_counter()
            got = rest.get(f"/exports/{export.uid}/rows", line=line, limit=100).getvalue()
            times.append(time.perf_counter() - start)
            found = found or got
        assert found == b"".join(islice(text_of(export), late, late + 100))
        p95 = quantiles(times, n=20)[-1] * 1000
        print(f"/rows on {count:,} lines, {compression}: p95 {p95:.1f} ms")
        assert p95 < at_most
