"""The local store: whole files or none, never over another, read from anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exports.stores.errors import KeyInvalid, KeyMissing, KeyTaken, StoreUnavailable
from exports.stores.local import CHUNK, LocalStore, LocalWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KEY = "ns_1/exp_1/1/flights.csv"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def put(store: LocalStore, key: str, data: bytes) -> None:
    writer = store.create(key)
    writer.write(data)
    writer.close()


def read(store: LocalStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(store.open(key, start, end))


def test_a_file_is_there_when_it_was_closed(store: LocalStore) -> None:
    writer = store.create(KEY)
    writer.write(b"one ")
    writer.write(memoryview(b"two"))
    with pytest.raises(KeyMissing):
        store.open(KEY)
    writer.close()
    assert read(store, KEY) == b"one two"
    assert store.size(KEY) == 7
    assert list(store.list()) == [KEY]


def test_nobody_else_can_read_it(store: LocalStore, tmp_path: Path) -> None:
    put(store, KEY, b"x")
    assert (tmp_path / "store" / KEY).stat().st_mode & 0o077 == 0


def test_an_aborted_file_leaves_nothing(store: LocalStore) -> None:
    writer = store.create(KEY)
    writer.write(b"one")
    writer.abort()
    writer.abort()
    assert list(store.list()) == []
    put(store, KEY, b"again")
    assert read(store, KEY) == b"again"


def test_a_closed_writer_takes_nothing_more(store: LocalStore) -> None:
    writer = store.create(KEY)
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"late")
    assert read(store, KEY) == b""


def test_nothing_is_overwritten(store: LocalStore) -> None:
    put(store, KEY, b"first")
    with pytest.raises(KeyTaken):
        store.create(KEY)
    assert read(store, KEY) == b"first"


def test_a_small_file_can_be_replaced(store: LocalStore, tmp_path: Path) -> None:
    for data in (b"first", b"second"):
        store.replace(KEY, data)
        assert read(store, KEY) == data

    assert list(store.list()) == [KEY]
    assert (tmp_path / "store" / KEY).stat().st_mode & 0o077 == 0


def test_what_cannot_be_replaced_stays(small_disk: LocalStore) -> None:
    small_disk.replace(KEY, b"first")
    with pytest.raises(OSError, match="No space left"):
        small_disk.replace(KEY, bytes(4 << 20))

    assert read(small_disk, KEY) == b"first"
    assert list(small_disk.list()) == [KEY]


def test_two_cannot_write_the_same(store: LocalStore) -> None:
    writer = store.create(KEY)
    with pytest.raises(KeyTaken):
        store.create(KEY)
    writer.close()


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "a//b", "../a", "a/../../b", "a/..", "./a", "a/", "a\0b", "a/" + "x" * 300],
)
def test_a_key_that_is_no_key_is_refused(store: LocalStore, key: str) -> None:
    for use in (store.create, store.open, store.size, store.delete):
        with pytest.raises(KeyInvalid):
            use(key)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, None), (1, None), (0, 1), (5, 5), (CHUNK - 1, CHUNK + 1), (3 * CHUNK, None), (9, 10**9)],
)
def test_any_range_can_be_read(store: LocalStore, start: int, end: int | None) -> None:
    data = os.urandom(2 * CHUNK + 17)
    put(store, KEY, data)
    assert read(store, KEY, start, end) == data[start:end]


def test_it_is_read_in_chunks(store: LocalStore) -> None:
    put(store, KEY, bytes(2 * CHUNK + 1))
    assert [len(chunk) for chunk in store.open(KEY)] == [CHUNK, CHUNK, 1]


def test_what_is_deleted_while_it_is_read_is_read_to_its_end(store: LocalStore) -> None:
    put(store, KEY, bytes(3 * CHUNK))
    chunks = store.open(KEY)
    first = next(chunks)
    store.delete(KEY)
    assert len(first) + sum(map(len, chunks)) == 3 * CHUNK


def test_deleting_removes_the_empty_folders_only(store: LocalStore, tmp_path: Path) -> None:
    put(store, KEY, b"x")
    put(store, "ns_1/exp_2/1/a", b"y")
    store.delete(KEY)
    store.delete(KEY)
    assert sorted(each.name for each in (tmp_path / "store").rglob("*")) == [
        *("1", "a", "exp_2", "ns_1")
    ]
    store.delete("ns_1/exp_2/1/a")
    assert list((tmp_path / "store").iterdir()) == []


def test_keys_are_listed_below_a_prefix(store: LocalStore) -> None:
    keys = ["ns_1/exp_1/1/a", "ns_1/exp_1/2/a", "ns_1/exp_10/1/a"]
    for key in reversed(keys):
        put(store, key, b"")
    assert list(store.list()) == keys
    assert list(store.list("ns_1/exp_1/")) == keys[:2]
    assert list(store.list("ns_1/exp_1")) == keys[:2]
    assert list(store.list("ns_2/")) == []


def test_what_is_removed_while_it_is_listed_is_passed_over(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("ns_1/exp_1/1/a", "ns_1/exp_2/1/a"):
        put(store, key, b"")
    look = os.scandir

    def meanwhile(folder: Any) -> Any:
        if str(folder).endswith("/exp_1"):
            shutil.rmtree(folder)
        return look(folder)

    monkeypatch.setattr(os, "scandir", meanwhile)

    assert list(store.list()) == ["ns_1/exp_2/1/a"]


def test_a_folder_that_was_cleared_away_meanwhile_is_made_again(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, times = LocalWriter.__init__, iter(range(9))

    def late(self: LocalWriter, path: Path, folders: Sequence[Path]) -> None:
        if next(times) < 2:  # who deletes the last file of a workspace takes its folder away
            shutil.rmtree(tmp_path / "store")
        begin(self, path, folders)

    monkeypatch.setattr(LocalWriter, "__init__", late)
    put(store, KEY, b"x")

    assert read(store, KEY) == b"x"


def test_what_the_disk_does_not_give_is_a_store_that_fails(
    store: LocalStore, tmp_path: Path
) -> None:
    (tmp_path / "store" / KEY).mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="cannot be read: Is a directory"):
        store.open(KEY)
    (tmp_path / "store" / "file").touch()
    for use in (store.open, store.size):
        with pytest.raises(StoreUnavailable, match="Not a directory"):
            use("file/below")


def test_missing_files_are_told(store: LocalStore) -> None:
    for use in (store.open, store.size):
        with pytest.raises(KeyMissing):
            use(KEY)


def test_there_is_room(store: LocalStore) -> None:
    assert store.free_bytes() > 0


CRASH = """
import os, sys
from pathlib import Path
from exports.stores.local import LocalStore
writer = LocalStore(Path(sys.argv[1])).create(sys.argv[2])
writer.write(b"half")
os.kill(os.getpid(), 9)
"""


def test_what_a_crash_leaves_is_no_file_but_can_be_found_and_deleted(
    store: LocalStore, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", CRASH, str(tmp_path / "store"), KEY]
    assert subprocess.run(command, check=False).returncode == -9
    with pytest.raises(KeyMissing):
        store.size(KEY)
    [left] = store.list("ns_1/exp_1/1/")
    assert left == f"{KEY}.part"
    store.delete(left)
    assert list(store.list()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[LocalStore]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, check=False).returncode:
        pytest.skip("mounting a small disk takes root")
    yield LocalStore(folder / "store")
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_nothing(small_disk: LocalStore) -> None:
    writer = small_disk.create(KEY)
    with pytest.raises(OSError, match="No space left"):
        writer.write(bytes(3 << 20))
    writer.abort()
    assert list(small_disk.list()) == []
    put(small_disk, KEY, bytes(1 << 20))
    assert small_disk.size(KEY) == 1 << 20
