"""Collections whose source lies in S3: located, fetched in one state, exported, refused."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports.domain.audit import SYSTEM
from exports.domain.collections import collection_register
from exports.domain.errors import InvalidRequest
from exports.domain.exports import export_create
from exports.domain.previews import PreviewFailed, export_preview
from exports.domain.requests import request_parse
from exports.domain.storage import result_store
from exports.engine.errors import SourceChanged, SourceInvalid, SourceUnavailable
from exports.engine.fileroot import FileMissing, RemoteRoot
from exports.models import Collection, Export, State
from exports.queue.horse import run_claimed
from exports.sources.errors import (
    FileDamaged,
    KindUnknown,
    LocationMissing,
    LocationOutside,
    LocationRefused,
    NoRoom,
    SourceAway,
    SourceEmpty,
    SourceError,
    SourceMissing,
    SourceMoved,
)
from exports.sources.fetch import fetched
from exports.sources.locate import locate
from exports.sources.register import register
from exports.sources.snapshot import Snapshot, snapshot
from exports.sources.source import Source, SourceKind
from exports.stores.s3download import CHUNK
from exports.stores.s3objects import S3Objects
from tests.s3.proxy import Call, Harm

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from exports.domain.access import Caller
    from exports.models import Namespace
    from tests.s3.proxy import Proxy

LINES = b'{"id": "a", "n": 1, "photo": "a.png"}\n{"id": "b", "n": 2, "photo": "sub/b.png"}\n'


@pytest.fixture
def remote(proxy: Proxy, bucket_name: str) -> S3Objects:
    return S3Objects(proxy.url, "", (f"s3://{bucket_name}/data/",))


@pytest.fixture
def file(put: Callable[[str, bytes], str]) -> str:
    return put("data/a.jsonl", LINES)


def test_a_folder_means_its_files_in_code_point_order(
    remote: S3Objects, put: Callable[[str, bytes], str], bucket_name: str
) -> None:
    names = ["B.jsonl", "a.jsonl", "b.jsonl.gz"]
    for name in [*reversed(names), "notes.txt", "deeper/c.jsonl", ""]:
        put(f"data/trips/{name}", b"x")
    folder = f"s3://{bucket_name}/data/trips"
    for location in (folder, f"{folder}/"):
        assert locate([location], [], remote) == (
            SourceKind.JSONL,
            tuple(f"{folder}/{name}" for name in names),
        )
    assert locate([f"{folder}/a.jsonl"] * 2, [], remote)[1] == (f"{folder}/a.jsonl",)


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("other/secret.jsonl", LocationOutside),
        ("data2/secret.jsonl", LocationOutside),
        ("data/../other/secret.jsonl", LocationRefused),
        ("data//a.jsonl", LocationRefused),
        ("data/*.jsonl", LocationRefused),
        ("data/nothing.jsonl", LocationMissing),
        ("data/notes.txt", KindUnknown),
        ("data/deep", SourceEmpty),
        ("data/long", LocationRefused),
    ],
)
def test_what_cannot_be_a_source_is_refused(
    remote: S3Objects,
    put: Callable[[str, bytes], str],
    bucket_name: str,
    location: str,
    error: type[SourceError],
) -> None:
    for key in ("data/*.jsonl", "data/notes.txt", "data/deep/notes.txt", "other/secret.jsonl"):
        put(key, b"x")
    put(f"data/long/{'x' * 256}.jsonl", b"x")
    with pytest.raises(error):
        locate([f"s3://{bucket_name}/{location}"], [], remote)


def test_another_bucket_is_outside(remote: S3Objects) -> None:
    with pytest.raises(LocationOutside):
        locate(["s3://another/data/a.jsonl"], [], remote)
    with pytest.raises(LocationOutside):
        locate(["s3://another/data/a.jsonl"], [])


def test_a_source_is_fetched_in_one_state_and_cleared_away(
    remote: S3Objects, put: Callable[[str, bytes], str], file: str, tmp_path: Path
) -> None:
    local = tmp_path / "b.jsonl"
    local.write_bytes(b"local")
    source = Source(SourceKind.JSONL, (str(local), file, put("data/b.jsonl", b"second")))
    state = snapshot(source, remote)
    assert Snapshot.from_json(state.to_json()) == state
    with fetched(source, state, remote, tmp_path / "scratch") as near:
        assert near.files[0] == str(local)
        assert [Path(each).read_bytes() for each in near.files] == [b"local", LINES, b"second"]
        assert [each.rpartition("/")[2] for each in near.files[1:]] == ["a.jsonl", "b.jsonl"]
    assert not (tmp_path / "scratch").exists()
    put("data/a.jsonl", LINES.swapcase())
    assert snapshot(source, remote) != state
    with pytest.raises(SourceMoved), fetched(source, state, remote, tmp_path / "scratch"):
        pass
    assert not (tmp_path / "scratch").exists()


def test_what_does_not_fit_is_not_begun(
    remote: S3Objects, file: str, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(SourceKind.JSONL, (file,))
    state = snapshot(source, remote)
    proxy.reset()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with (
        pytest.raises(NoRoom, match=r"only 0\.0 MB left"),
        fetched(source, state, remote, tmp_path / "scratch"),
    ):
        pass
    assert proxy.calls == []


def test_it_is_registered_as_local_files_are(
    remote: S3Objects, put: Callable[[str, bytes], str], file: str, tmp_path: Path
) -> None:
    local = tmp_path / "a.jsonl"
    local.write_bytes(LINES)
    here = register([str(local)], key="id", roots=[tmp_path], scratch=tmp_path / "s")
    there = register([file], key="id", roots=[], scratch=tmp_path / "s", remote=remote)
    assert (there.schema, there.documents) == (here.schema, here.documents)
    assert there.source.files == (file,)
    assert there.source.checked == snapshot(there.source, remote)


def test_what_is_wrong_is_told_by_the_path_in_s3(
    remote: S3Objects, put: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    file = put("data/a.parquet", b"no Parquet at all")
    with pytest.raises(SourceError) as told:
        register([file], key="id", roots=[], scratch=tmp_path, remote=remote)
    assert repr(file) in str(told.value)
    assert str(tmp_path) not in str(told.value)
    broken = put("data/b.jsonl", LINES + b"{")
    with pytest.raises(FileDamaged, match=r"b\.jsonl, line 3"):
        register([broken], key="id", roots=[], scratch=tmp_path, remote=remote)


def test_a_server_that_is_away_is_told_from_a_file_that_is_gone(
    bucket_name: str, remote: S3Objects, proxy: Proxy, file: str
) -> None:
    with pytest.raises(SourceMissing):
        remote.state(f"s3://{bucket_name}/data/nothing.jsonl")
    proxy.hit(Harm(status=403, code="AccessDenied"))
    with pytest.raises(SourceAway):
        remote.state(file)


def test_a_file_root_reads_what_is_below_it_and_nothing_else(
    remote: S3Objects, put: Callable[[str, bytes], str], bucket_name: str, proxy: Proxy
) -> None:
    put("data/files/a/ü x.png", b"inside")
    put("data/secret", b"outside")
    root = RemoteRoot(remote, f"s3://{bucket_name}/data/files/")
    for origin in ("a/ü x.png", "./a/ü x.png", "a//ü x.png"):
        with closing(root.open(origin)) as stream:
            assert [stream.read(4), stream.read(4), stream.read(4)] == [b"insi", b"de", b""]
    for origin in (
        *("", ".", "a", "a/", "a/ü x.png/", "b", "../secret", "a/../../secret", "/data/secret"),
        *("\0", "\ud800", "x" * 5000, "s3://another/x"),
    ):
        with pytest.raises(FileMissing):
            root.open(origin)
    proxy.hit(Harm(status=403, code="AccessDenied"))
    with pytest.raises(SourceUnavailable):
        root.open("a/ü x.png")
    with pytest.raises(SourceInvalid):
        RemoteRoot(remote, f"s3://{bucket_name}/other/")


@pytest.mark.parametrize("cut", [CHUNK // 2, CHUNK + 9])
def test_a_named_file_that_changes_while_it_is_read_is_a_source_that_changed(
    remote: S3Objects, put: Callable[[str, bytes], str], bucket_name: str, proxy: Proxy, cut: int
) -> None:
    put("data/files/a.png", b"1" * 2 * CHUNK)
    root = RemoteRoot(remote, f"s3://{bucket_name}/data/files/")

    def script(call: Call) -> Harm:
        if call.number == 2:  # it goes on where the connection broke
            put("data/files/a.png", b"2" * 2 * CHUNK)
        return Harm(cut=cut) if call.number == 1 else Harm()

    proxy.script = script
    with pytest.raises(SourceChanged), closing(root.open("a.png")) as stream:
        list(iter(lambda: stream.read(CHUNK), b""))
    proxy.reset()


def test_a_name_that_no_object_can_have_is_a_missing_file(
    remote: S3Objects, bucket_name: str, proxy: Proxy
) -> None:
    root = RemoteRoot(remote, f"s3://{bucket_name}/data/files/")
    # As Amazon answers; moto knows no bounds when it is asked for an object.
    proxy.hit(Harm(status=400, code="KeyTooLongError"))
    with pytest.raises(FileMissing):
        root.open("x" * 2000)


@pytest.fixture
def photos(
    demo: Namespace,
    settings: Settings,
    remote: S3Objects,
    put: Callable[[str, bytes], str],
    file: str,
) -> Collection:
    settings.S3_SOURCE_ROOTS, settings.S3_ENDPOINT = list(remote.roots), remote.endpoint
    put("data/files/a.png", b"picture")
    return collection_register(
        namespace=demo,
        name="photos",
        locations=[file],
        key="id",
        marks={"photo": {"role": "file"}},
        file_root=f"{remote.roots[0]}files",
        access="public",
        actor=SYSTEM,
    )


def run(admin: Caller, **fields: Any) -> Export:
    export, _ = export_create(admin, request_parse({"collection": "photos", **fields}))
    run_claimed()
    export.refresh_from_db()
    return export


def content(export: Export, name: str) -> bytes:
    return b"".join(result_store().open(export.files.get(name=name).key))


@pytest.mark.django_db(transaction=True)
def test_a_collection_in_s3_is_exported_with_its_files(
    admin: Caller, photos: Collection, remote: S3Objects, settings: Settings
) -> None:
    export = run(admin, format="parquet", export_files=True)
    assert export.state == State.READY
    rows = pq.read_table(pa.BufferReader(content(export, "data.parquet"))).to_pylist()
    assert [(row["id"], row["n"]) for row in rows] == [("a", 1), ("b", 2)]
    [copied] = export.files.filter(kind="files").exclude(name="files.jsonl")
    assert content(export, copied.name) == b"picture"
    told = content(export, "manifest.json")
    assert b'"etag"' in told
    assert remote.roots[0].encode() not in told
    assert list(settings.SCRATCH_DIR.glob("exp_*")) == []


@pytest.mark.django_db(transaction=True)
def test_a_preview_shows_it(admin: Caller, photos: Collection) -> None:
    shown = export_preview(admin, request_parse({"collection": "photos"}))
    assert [row["n"] for row in shown.rows] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_preview_of_what_does_not_answer_says_so(
    admin: Caller, photos: Collection, proxy: Proxy
) -> None:
    proxy.hit(Harm(status=403, code="AccessDenied"))
    with pytest.raises(PreviewFailed):
        export_preview(admin, request_parse({"collection": "photos"}))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before the last look", "between the look and the reading"])
def test_what_changes_meanwhile_is_not_published(
    admin: Caller,
    photos: Collection,
    put: Callable[[str, bytes], str],
    proxy: Proxy,
    caplog: pytest.LogCaptureFixture,
    when: str,
) -> None:
    moment = ("get", 1) if when == "between the look and the reading" else ("head", 2)
    seen = []

    def script(call: Call) -> Harm:
        seen.append(call.operation)
        if call.operation == moment[0] and seen.count(moment[0]) == moment[1]:
            put("data/a.jsonl", LINES.replace(b"1", b"3"))
        return Harm()

    proxy.script = script
    export = run(admin, format="csv")
    assert export.state != State.READY
    assert "source_changed" in caplog.text
    proxy.reset()


@pytest.mark.django_db(transaction=True)
def test_a_source_that_does_not_answer_is_a_reason_to_try_again(
    admin: Caller, photos: Collection, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2, 3):
        proxy.reset()
        proxy.script = lambda call, hit=number: (  # type: ignore[misc]
            Harm(status=403, code="AccessDenied") if call.number == hit else Harm()
        )
        Export.objects.update(state=State.CANCELLED, slot=None)
        caplog.clear()
        assert run(admin, format="csv").state != State.READY
        assert "store_unavailable" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_root_that_is_no_longer_allowed_ends_the_run(
    admin: Caller, photos: Collection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.S3_SOURCE_ROOTS = ["s3://another/"]
    assert run(admin, format="csv").reason == "source_not_allowed"


@pytest.mark.django_db
def test_a_file_root_outside_is_refused(
    demo: Namespace, remote: S3Objects, file: str, settings: Settings
) -> None:
    settings.S3_SOURCE_ROOTS, settings.S3_ENDPOINT = list(remote.roots), remote.endpoint
    with pytest.raises(InvalidRequest, match="inside the folders"):
        collection_register(
            namespace=demo,
            name="photos",
            locations=[file],
            key="id",
            file_root="s3://another/files/",
            actor=SYSTEM,
        )
