"""The zip: every reader unpacks it, memory stays flat, and nothing is left when it fails."""

from __future__ import annotations

import io
import os
import random
import subprocess
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from isal import isal_zlib

from exports.engine.archive import AHEAD, CHUNK, SUMS, Archive
from exports.engine.lane import Broken
from exports.stores.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIME = datetime(2024, 2, 29, 12, 30, 10, tzinfo=UTC)
NOISE = random.Random(7).randbytes(3 * CHUNK)
MEMBERS = {
    "data.jsonl": b'{"id":1}\n' * 400_000,
    "data.parquet": NOISE,
    "empty.csv": b"",
    "files/a.png": NOISE[:5000],
    "files/empty.png": b"",
    "files/ü.txt": b"x",
}


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


class Memory:
    """A writer that keeps what it gets, and fails where the test wants it."""

    def __init__(self, *, fails_after: float = float("inf")) -> None:
        self.data = io.BytesIO()
        self.state = "open"
        self._fails_after = fails_after

    def write(self, data: memoryview | bytes) -> None:
        if self.data.tell() + len(data) > self._fails_after:
            raise OSError(28, "No space left on device")
        self.data.write(data)

    def close(self) -> None:
        self.state = "closed"

    def abort(self) -> None:
        self.state = "aborted"


def packed(members: Mapping[str, bytes], time: datetime = TIME) -> bytes:
    writer = Memory()
    archive = Archive(writer, time=time)
    for name, data in members.items():
        member = archive.open(name)
        for at in range(0, len(data), 700_001):
            member.write(memoryview(data)[at : at + 700_001])
        member.close()
    archive.finish()
    assert writer.state == "closed"
    return writer.data.getvalue()


def test_python_unpacks_it() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(MEMBERS))) as found:
        assert found.testzip() is None
        assert found.namelist() == [*MEMBERS, SUMS]
        assert {name: found.read(name) for name in MEMBERS} == MEMBERS
        assert {info.external_attr >> 16 for info in found.infolist()} == {0o100644}
        assert {info.date_time for info in found.infolist()} == {(2024, 2, 29, 12, 30, 10)}


def test_unzip_and_sha256sum_agree(tmp_path: Path) -> None:
    file = tmp_path / "things.zip"
    file.write_bytes(packed(MEMBERS))
    subprocess.run(["unzip", "-tqq", file], check=True)
    out = tmp_path / "out"
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(["unzip", "-qq", file, "-d", out], check=True, env=env)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=out, check=True)
    assert len((out / SUMS).read_text().splitlines()) == len(MEMBERS)
    assert {name: (out / name).read_bytes() for name in MEMBERS} == MEMBERS
    assert (out / "data.parquet").stat().st_mode & 0o777 == 0o644


def test_only_what_is_small_and_compressed_already_is_stored() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(MEMBERS))) as found:
        kinds = {info.filename: info.compress_type for info in found.infolist()}
    stored = [name for name, kind in kinds.items() if kind == zipfile.ZIP_STORED]
    assert stored == ["files/a.png", "files/empty.png"]


def test_the_same_content_makes_the_same_bytes() -> None:
    assert packed(MEMBERS) == packed(MEMBERS)
    assert packed(MEMBERS) != packed(MEMBERS, datetime(2024, 3, 1, tzinfo=UTC))


def test_an_archive_of_nothing_can_be_read() -> None:
    with zipfile.ZipFile(io.BytesIO(packed({}))) as found:
        assert found.namelist() == [SUMS]
        assert found.read(SUMS) == b""


def test_a_buffer_may_be_used_again_after_each_write() -> None:
    writer, buffer = Memory(), bytearray(CHUNK)
    archive = Archive(writer, time=TIME)
    member = archive.open("data.bin")
    for byte in range(8):
        buffer[:] = bytes([byte]) * CHUNK
        member.write(memoryview(buffer))
    member.close()
    archive.finish()
    with zipfile.ZipFile(writer.data) as found:
        assert found.read("data.bin") == b"".join(bytes([byte]) * CHUNK for byte in range(8))


def test_who_gives_is_never_far_ahead_of_the_writer() -> None:
    class Slow(Memory):
        def write(self, data: memoryview | bytes) -> None:
            ahead.append(given[-1] - self.data.tell())
            super().write(data)

    given, ahead = [0], [0]
    archive = Archive(Slow(), time=TIME)
    for number in range(60):  # small and large ones
        member = archive.open(f"{number}.png")
        for size in (900_000, 0) if number % 2 else (len(NOISE), len(NOISE)):
            member.write(NOISE[:size])
            given.append(given[-1] + size)
        member.close()
    archive.finish()
    assert max(ahead) < (AHEAD + 4) * 2 * CHUNK + len(NOISE)


def test_an_error_of_the_writer_comes_back_to_who_gives() -> None:
    writer = Memory(fails_after=5 * CHUNK)
    archive = Archive(writer, time=TIME)
    member = archive.open("noise.bin")
    with pytest.raises(OSError, match="No space left"):
        member.write(NOISE * 30)
    member.abort()
    with pytest.raises(OSError, match="No space left"):
        archive.finish()
    archive.abort()
    assert writer.state == "aborted"


def test_an_error_at_the_very_end_is_one_of_finish() -> None:
    writer = Memory(fails_after=10)
    archive = Archive(writer, time=TIME)
    archive.open("a.txt").close()
    with pytest.raises(OSError, match="No space left"):
        archive.finish()
    archive.abort()
    assert writer.state == "aborted"


def test_it_can_be_given_up_at_any_time(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    for steps in range(4):
        archive = Archive(store.create(f"{steps}.zip"), time=TIME)
        if steps > 0:
            member = archive.open("a.bin")
        if steps > 1:
            member.write(NOISE)
        if steps > 2:
            member.close()
        archive.abort()
        assert list(store.list()) == []


def test_with_a_member_the_whole_archive_is_given_up() -> None:
    writer = Memory()
    archive = Archive(writer, time=TIME)
    archive.open("a.bin").abort()
    with pytest.raises(Broken):
        archive.finish()
    archive.abort()
    assert writer.state == "aborted"


def test_members_come_one_at_a_time() -> None:
    archive = Archive(Memory(), time=TIME)
    member = archive.open("a.bin")
    with pytest.raises(ValueError, match="still open"):
        archive.open("b.bin")
    with pytest.raises(ValueError, match="still open"):
        archive.finish()
    member.close()
    with pytest.raises(ValueError, match="closed"):
        member.write(b"x")
    archive.finish()


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a\nb"])
def test_a_name_that_leads_elsewhere_is_no_member(name: str) -> None:
    archive = Archive(Memory(), time=TIME)
    with pytest.raises(ValueError, match="no name for a member"):
        archive.open(name)
    archive.abort()


@pytest.mark.soak
def test_seventy_thousand_members(tmp_path: Path) -> None:
    store, names = LocalStore(tmp_path), [f"files/{number}.txt" for number in range(70_000)]
    archive = Archive(store.create("many.zip"), time=TIME)
    for name in names:
        member = archive.open(name)
        member.write(name.encode())
        member.close()
    archive.finish()
    with zipfile.ZipFile(tmp_path / "many.zip") as found:
        assert found.namelist() == [*names, SUMS]
        assert found.read(names[65_536]) == names[65_536].encode()
        assert found.read(SUMS).count(b"\n") == 70_000


@pytest.mark.soak
def test_a_member_beyond_four_gigabytes(tmp_path: Path) -> None:
    zeros, count = memoryview(bytes(4 * CHUNK)), 1100
    store = LocalStore(tmp_path)
    archive = Archive(store.create("large.zip"), time=TIME)
    before = resident()
    for name in ("large.bin", "after.txt"):
        member = archive.open(name)
        for _ in range(count if name == "large.bin" else 1):
            member.write(zeros)
        member.close()
    archive.finish()
    assert resident() - before < 64 << 20
    subprocess.run(["unzip", "-tqq", tmp_path / "large.zip"], check=True)
    with zipfile.ZipFile(tmp_path / "large.zip") as found:
        large = found.getinfo("large.bin")
    assert large.file_size == count * len(zeros) > 4 << 30
    sum_ = 0
    for _ in range(count):
        sum_ = isal_zlib.crc32(zeros, sum_)
    assert sum_ == large.CRC


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
