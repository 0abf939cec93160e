"""What the client does when a service is busy, breaks off, or answers something else."""

from __future__ import annotations

import hashlib
import socket
from typing import TYPE_CHECKING

import pytest

from exports.client import ExportTask, Waybill
from exports.client.command.session import Session
from exports.client.download import Downloads, ResultFile
from exports.client.errors import (
    Busy,
    Conflict,
    Damaged,
    NoService,
    Refused,
    Unauthorised,
    Unreachable,
)
from exports.client.transport import Retries
from tests.client.conftest import FAST
from tests.client.crooked import Crooked, Reply, crooked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = b"".join(b'{"n":%d}\n' % number for number in range(5_000))
LINES = CONTENT.splitlines()
FILE = ResultFile("data.jsonl", "data", "", None, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
EXPORT = {"id": "exp_1", "label": "a", "state": "ready", "files": []}
BROKEN = Reply(0)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Crooked, Waybill]]:
    with crooked() as server, Waybill(server.url, "sk_1", "demo", retries=FAST) as client:
        yield server, client


@pytest.fixture
def server(running: tuple[Crooked, Waybill]) -> Crooked:
    server, _ = running
    server.replies, server.asked = [], []
    return server


@pytest.fixture
def client(running: tuple[Crooked, Waybill]) -> Waybill:
    return running[1]


def fetch(client: Waybill, folder: Path, file: ResultFile = FILE) -> int:
    """Download it. Returns how many bytes came this time."""
    told: list[int] = []
    Downloads(client.transport, "exp_1", folder, told.append).fetch(file, folder / "data.jsonl")
    assert (folder / "data.jsonl").read_bytes() == CONTENT
    assert [each.name for each in folder.iterdir()] == ["data.jsonl"]
    return sum(told)


def rows(first: int, whole: int = 1 << 30) -> Reply:
    text = b"".join(each + b"\n" for each in LINES[first:])
    headers = {"X-Total-Lines": str(len(LINES)), "X-First-Line": str(first)}
    return Reply(200, text, headers, whole)


def part(first: int, whole: int = 1 << 30) -> Reply:
    return Reply(206 if first else 200, CONTENT[first:], whole=whole)


def test_it_says_who_asks(client: Waybill, server: Crooked) -> None:
    server.replies = [Reply(200, {"items": []})]
    assert list(client.exports.list(q="ä&b")) == []
    (asked,) = server.asked
    assert asked.line == "GET /api/v1/exports?q=%C3%A4%26b&limit=100"
    assert asked.headers["Authorization"] == "Bearer sk_1"
    assert asked.headers["X-Namespace"] == "demo"


@pytest.mark.parametrize(
    "first", [BROKEN, Reply(429), Reply(502), Reply(503, headers={"Retry-After": "0"})]
)
def test_an_export_is_asked_for_again_by_the_same_id(
    client: Waybill, server: Crooked, first: Reply
) -> None:
    server.replies = [first, Reply(202, EXPORT)]
    assert client.exports.create(collection="flights").uid == "exp_1"
    ids = [each.headers["Idempotency-Key"] for each in server.asked]
    assert ids == [ids[0], ids[0]]


def test_what_may_not_be_done_twice_is_not_asked_for_twice(
    client: Waybill, server: Crooked
) -> None:
    task = ExportTask(client, EXPORT)
    server.replies = [BROKEN]
    with pytest.raises(Unreachable):
        task.retry()
    assert len(server.asked) == 1
    server.replies = [Reply(504)]
    with pytest.raises(Busy):
        task.retry()
    server.replies = [Reply(503), Reply(409, {"detail": "It has not ended.", "code": "conflict"})]
    with pytest.raises(Conflict, match="It has not ended") as refused:
        task.retry()
    assert refused.value.code == "conflict"


def test_it_gives_up_after_five_more_tries(client: Waybill, server: Crooked) -> None:
    server.replies = [Reply(503, {"detail": "Busy."}) for _ in range(6)]
    with pytest.raises(Busy, match="Busy"):
        client.exports.get("exp_1")
    assert server.replies == []


def test_it_waits_as_long_as_the_service_says() -> None:
    pauses = Retries(first=0.5)
    assert pauses.pause(1, "7") == 7
    assert pauses.pause(1, "86400") == 60
    assert pauses.pause(9, "Mon, 01 Jan 2001 00:00:00 GMT") == 0
    assert 0.25 <= pauses.pause(1, "soon") <= 0.5
    assert 4 <= pauses.pause(5) <= 8
    assert 30 <= pauses.pause(20) <= 60


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(200, b"<html>"), NoService),
        (Reply(404, b"<html>"), NoService),
        (Reply(301, headers={"Location": "https://elsewhere.example/"}), NoService),
        (Reply(500, b"<html>"), Refused),
        (Reply(401, {"detail": "No key.", "errors": "none"}), Unauthorised),
        (Reply(418, {"errors": [{}, "a", {"path": "x", "message": "y"}]}), Refused),
    ],
)
def test_what_is_no_answer_of_ours_is_told(
    client: Waybill, server: Crooked, reply: Reply, kind: type[Exception]
) -> None:
    server.replies = [reply]
    with pytest.raises(kind) as caught:
        client.exports.get("exp_1")
    assert type(caught.value) is kind


def test_a_download_that_breaks_off_goes_on(
    client: Waybill, server: Crooked, tmp_path: Path
) -> None:
    server.replies = [part(0, 9_999), BROKEN, Reply(503), part(9_999, 1), part(10_000)]
    assert fetch(client, tmp_path) == len(CONTENT)
    ranges = [each.headers.get("Range") for each in server.asked]
    assert ranges == [None, "bytes=9999-", "bytes=9999-", "bytes=9999-", "bytes=10000-"]
    assert server.asked[-1].headers["If-Range"] == f'"{FILE.sha256}"'


def test_what_was_left_of_an_earlier_download_is_kept(
    client: Waybill, server: Crooked, tmp_path: Path
) -> None:
    server.replies = [part(0, 20_000), *[BROKEN] * 6]
    with pytest.raises(Unreachable):
        fetch(client, tmp_path)
    (left,) = tmp_path.iterdir()
    assert (left.stat().st_size, left.suffix) == (20_000, ".part")
    server.replies = [part(20_000)]
    fetch(client, tmp_path)


@pytest.mark.parametrize("left", [len(CONTENT), len(CONTENT) + 1])
def test_what_was_left_whole_is_checked(
    client: Waybill, server: Crooked, tmp_path: Path, left: int
) -> None:
    (tmp_path / f"data.jsonl.{FILE.sha256[:16]}.part").write_bytes((CONTENT + b"!")[:left])
    if left > len(CONTENT):
        with pytest.raises(Damaged):
            fetch(client, tmp_path)
        server.replies = [part(0)]
    fetch(client, tmp_path)


@pytest.mark.parametrize("reply", [Reply(200, CONTENT), Reply(206, b"x" * 40_000)])
def test_other_bytes_are_never_taken_for_the_rest(
    client: Waybill, server: Crooked, tmp_path: Path, reply: Reply
) -> None:
    server.replies = [part(0, 10_000), reply]
    with pytest.raises(Damaged, match=r"data\.jsonl did not come as it was sent"):
        fetch(client, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_long_name_leaves_room_for_its_part(
    client: Waybill, server: Crooked, tmp_path: Path
) -> None:
    server.replies = [part(0)]
    Downloads(client.transport, "exp_1", tmp_path, print).fetch(FILE, tmp_path / ("ä" * 127))
    assert [each.name for each in tmp_path.iterdir()] == ["ä" * 127]


def test_files_are_sent_again_from_their_start(
    client: Waybill, server: Crooked, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n" * 50_000)
    server.replies = [Reply(429), Reply(202, {"id": "col_1"})]
    made = client.collections.upload(tmp_path / "a.csv", name="a", access=["x", "y"])
    assert made == {"id": "col_1"}
    first, again = (each.headers["Content-Length"] for each in server.asked)
    assert int(first) == int(again) > 200_000


def test_a_store_that_hands_it_out_itself_gets_no_key(
    client: Waybill, server: Crooked, tmp_path: Path
) -> None:
    with crooked() as store:
        away = Reply(302, headers={"Location": f"{store.url}/data?signed=1"})
        server.replies = [away, away]
        store.replies = [part(0, 5_000), part(5_000)]
        fetch(client, tmp_path)
        assert [each.line for each in store.asked] == ["GET /data?signed=1"] * 2
        assert store.asked[1].headers["Range"] == "bytes=5000-"
        assert not {"Authorization", "X-Namespace", "If-Range"} & store.asked[1].headers.keys()


def test_who_asks_for_signing_keys_sends_no_key(
    server: Crooked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WAYBILL_API_KEY", "sk_of_another_service")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    server.replies = [Reply(200, {"items": []})]

    assert Session(url=server.url).signing_keys() == {}

    assert "Authorization" not in server.asked[0].headers


@pytest.mark.parametrize("name", ["files/../../a", "files//etc/passwd/../..", "files/a\\b"])
def test_a_name_that_leads_out_is_refused(client: Waybill, tmp_path: Path, name: str) -> None:
    file = ResultFile(name, "files", "", None, 1, "")
    with pytest.raises(NoService, match="it names a file"):
        Downloads(client.transport, "exp_1", tmp_path, print).place(file)


def test_only_the_last_part_of_a_name_counts(
    client: Waybill, server: Crooked, tmp_path: Path
) -> None:
    server.replies = [Reply(headers={"Content-Disposition": 'attachment; filename="/etc/a.csv"'})]
    assert Downloads(client.transport, "exp_1", tmp_path, print).place(FILE) == tmp_path / "a.csv"
    server.replies = [Reply(headers={"Content-Disposition": "attachment; filename*=utf-8''%C3%A4"})]
    assert Downloads(client.transport, "exp_1", tmp_path, print).place(FILE) == tmp_path / "ä"


def test_lines_that_break_off_go_on_after_the_last_one(client: Waybill, server: Crooked) -> None:
    server.replies = [rows(3, 1_000), BROKEN, Reply(429), rows(100, 7)]
    task = ExportTask(client, EXPORT)
    # What has no end yet is no line: of the first 1,000 bytes whole ones came, of the seven none.
    begun = b"\n".join(LINES[3:])[:1_000]
    came = 3 + begun.count(b"\n")
    server.replies[-1:] = [rows(came, 7), rows(came)]
    assert list(task.lines(offset=22)) == LINES[3:]
    asked = [each.line.partition("?")[2] for each in server.asked]
    line = f"line={came}&limit=100000"
    assert asked == ["offset=22&limit=100000", line, line, line, line]


def test_nothing_is_waited_for_longer_than_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = Waybill(url, "sk_1", timeout=0.05, retries=Retries(most=1, first=0))
        with client, pytest.raises(Unreachable, match="took too long to answer"):
            client.usage()
