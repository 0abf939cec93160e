"""The encrypted store: the same bytes from anywhere, and not a byte of what was tampered with."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from exports.stores.chunks import PLAIN, SEALED, TAG
from exports.stores.errors import KeyMissing, KeyTaken, MasterKeyWrong, StoreError, Tampered
from exports.stores.keys import MasterKey, MasterKeys
from exports.stores.local import LocalStore
from exports.stores.sealed import SealedStore, sealed_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "ns_1/exp_1/1/data.jsonl"
SIDECAR = f"{KEY}.key"
SIZES = [0, 1, PLAIN - 1, PLAIN, PLAIN + 1, 3 * PLAIN, 20 * PLAIN + 7]


@pytest.fixture
def inner(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def keys() -> MasterKeys:
    return holding(MasterKey.make())


@pytest.fixture
def store(inner: LocalStore, keys: MasterKeys) -> SealedStore:
    return SealedStore(inner, keys)


def holding(*keys: MasterKey) -> MasterKeys:
    return MasterKeys(lambda: keys)


def put(store: SealedStore, key: str, data: bytes, step: int = 1 << 20) -> None:
    writer = store.create(key)
    for start in range(0, len(data), step):
        writer.write(memoryview(data)[start : start + step])
    writer.close()


def read(store: SealedStore, key: str = KEY, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(store.open(key, start, end))


def stored(inner: LocalStore, key: str = KEY) -> bytes:
    return b"".join(inner.open(key))


@pytest.mark.parametrize("step", [1, PLAIN - 1, PLAIN, 5 * PLAIN + 3, 1 << 30])
@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read(store: SealedStore, size: int, step: int) -> None:
    # Byte by byte for the edge of a chunk only: it takes long.
    data = random.Random(size).randbytes(size)
    put(store, KEY, data, max(step, size // 100_000))

    assert (store.size(KEY), read(store)) == (size, data)


def test_signed_bytes_are_bytes(store: SealedStore) -> None:
    writer = store.create(KEY)
    writer.write(memoryview(bytes(3 * PLAIN)).cast("b"))
    writer.close()

    assert read(store) == bytes(3 * PLAIN)


@given(drawn=st.data())
@hypothesis(max_examples=150, deadline=None)
def test_every_range_is_that_of_the_plain_bytes(
    drawn: st.DataObject, ranged: dict[int, SealedStore]
) -> None:
    size = drawn.draw(st.sampled_from(SIZES))
    near = st.sampled_from([0, 1, PLAIN - 1, PLAIN, PLAIN + 1, 2 * PLAIN, size - 1, size, size + 1])
    place = st.one_of(near, st.integers(0, size + 2 * PLAIN)).map(lambda at: max(0, at))
    start, end = drawn.draw(place), drawn.draw(st.one_of(st.none(), place))

    found = read(ranged[size], KEY, start, end)

    assert found == random.Random(size).randbytes(size)[start:end]


@pytest.fixture(scope="module")
def ranged(tmp_path_factory: pytest.TempPathFactory) -> dict[int, SealedStore]:
    """A store with one file, for each of the sizes."""
    made = {}
    for size in SIZES:
        inner = LocalStore(tmp_path_factory.mktemp("store"))
        made[size] = SealedStore(inner, holding(MasterKey.make()))
        put(made[size], KEY, random.Random(size).randbytes(size))
    return made


def test_a_range_reads_no_more_than_its_chunks(store: SealedStore, inner: LocalStore) -> None:
    put(store, KEY, bytes(10 * PLAIN))
    damage(inner, KEY, lambda data: data[: 5 * SEALED] + bytes(SEALED) + data[6 * SEALED :])

    assert read(store, KEY, 3 * PLAIN, 5 * PLAIN) == bytes(2 * PLAIN)
    with pytest.raises(Tampered):
        read(store, KEY, 3 * PLAIN, 5 * PLAIN + 1)


def test_the_disk_holds_nothing_of_it(store: SealedStore, inner: LocalStore) -> None:
    put(store, KEY, b"secret" * PLAIN)

    assert list(store.list()) == [KEY, SIDECAR]
    assert [b"secret" in stored(inner, key) for key in store.list()] == [False, False]


def test_the_same_file_is_never_encrypted_the_same_way(
    store: SealedStore, inner: LocalStore
) -> None:
    for key in ("a", "b"):
        put(store, key, bytes(100))

    assert stored(inner, "a") != stored(inner, "b")


def test_it_is_not_there_before_it_is_closed(store: SealedStore) -> None:
    writer = store.create(KEY)
    writer.write(b"one ")
    with pytest.raises(KeyMissing):
        store.size(KEY)
    writer.close()
    writer.close()

    assert read(store) == b"one "
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"more")


def test_an_aborted_file_leaves_nothing(store: SealedStore) -> None:
    writer = store.create(KEY)
    writer.write(bytes(3 * PLAIN))
    writer.abort()

    assert list(store.list()) == []
    put(store, KEY, b"again")
    assert read(store) == b"again"


def test_aborting_what_is_in_its_place_changes_nothing(store: SealedStore) -> None:
    writer = store.create(KEY)
    writer.close()
    writer.abort()

    assert read(store) == b""


def test_nothing_is_overwritten_and_no_key_is_lost(store: SealedStore) -> None:
    writer = store.create(KEY)
    with pytest.raises(KeyTaken):
        store.create(KEY)
    writer.write(b"first")
    writer.close()
    with pytest.raises(KeyTaken):
        store.create(KEY)

    assert read(store) == b"first"


def test_a_file_that_is_there_without_its_key_is_not_taken_over(
    store: SealedStore, inner: LocalStore
) -> None:
    put(store, KEY, b"x")
    inner.delete(SIDECAR)

    with pytest.raises(KeyTaken):
        store.create(KEY)
    assert list(store.list()) == [KEY]
    with pytest.raises(Tampered):
        store.open(KEY)


def test_deleting_removes_the_key_too(store: SealedStore) -> None:
    put(store, KEY, b"x")
    store.delete(KEY)
    store.delete(KEY)

    assert list(store.list()) == []


def test_all_that_is_listed_can_be_deleted(store: SealedStore) -> None:
    put(store, KEY, b"x")
    store.create("ns_1/exp_1/1/unclosed").write(b"x")
    for key in list(store.list()):
        store.delete(key)

    assert list(store.list()) == []


def test_missing_files_are_told(store: SealedStore) -> None:
    for use in (store.open, store.size):
        with pytest.raises(KeyMissing):
            use(KEY)


def test_what_is_deleted_while_it_is_read_is_read_to_its_end(store: SealedStore) -> None:
    put(store, KEY, bytes(40 * PLAIN))
    pieces = store.open(KEY)
    first = next(pieces)
    store.delete(KEY)

    assert len(first) + sum(map(len, pieces)) == 40 * PLAIN


def test_a_reader_that_stops_lets_go(store: SealedStore) -> None:
    put(store, KEY, bytes(40 * PLAIN))
    pieces = store.open(KEY)
    next(pieces)
    pieces.close()
    pieces.close()

    assert list(pieces) == []


def test_files_may_be_called_like_keys() -> None:
    assert list(sealed_files(["a", "a.key", "b.key", "b.key.key", "c.part"])) == ["a", "b.key"]


def test_another_master_key_opens_nothing(
    store: SealedStore, inner: LocalStore, keys: MasterKeys
) -> None:
    put(store, KEY, b"x")
    other = MasterKey.make()

    with pytest.raises(MasterKeyWrong, match=f"master key {keys.current.id}, not with {other.id}"):
        SealedStore(inner, holding(other)).open(KEY)


def test_resealing_replaces_the_master_key_and_not_the_file(
    store: SealedStore, inner: LocalStore, keys: MasterKeys
) -> None:
    new = MasterKey.make()
    put(store, KEY, b"x" * PLAIN)
    before = stored(inner)
    turning = SealedStore(inner, holding(new, keys.current))

    assert [turning.reseal(KEY), turning.reseal(KEY)] == [True, False]

    assert stored(inner) == before
    assert read(SealedStore(inner, holding(new))) == b"x" * PLAIN
    with pytest.raises(MasterKeyWrong):
        read(store)


CRASH = """
import os, sys
from pathlib import Path
from exports.stores.keys import MasterKey, MasterKeys
from exports.stores.local import LocalStore
from exports.stores.sealed import SealedStore
keys = MasterKeys(lambda: [MasterKey(bytes(32))])
writer = SealedStore(LocalStore(Path(sys.argv[1])), keys).create(sys.argv[2])
writer.write(bytes(1 << 20))
os._exit(9)
"""


def test_a_crash_while_writing_leaves_only_what_can_be_removed(
    store: SealedStore, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", CRASH, str(tmp_path / "store"), KEY]
    assert subprocess.run(command, check=False, env=dict(os.environ)).returncode == 9

    left = list(store.list("ns_1/exp_1/1/"))
    assert left == [SIDECAR, f"{KEY}.part"]
    for key in left:
        store.delete(key)
    assert list(store.list()) == []


def damage(inner: LocalStore, key: str, change: Callable[[bytes], bytes]) -> None:
    inner.replace(key, change(stored(inner, key)))


def refused(store: SealedStore, key: str = KEY) -> bool:
    try:
        list(store.open(key))
    except StoreError:
        return True
    return False


@pytest.mark.parametrize("size", [0, 1, 100])
def test_no_bit_of_a_file_or_its_key_can_be_altered(
    store: SealedStore, inner: LocalStore, size: int
) -> None:
    put(store, KEY, random.Random(size).randbytes(size))
    accepted = tried = 0
    for key in (KEY, SIDECAR):
        right = stored(inner, key)
        for bit in range(8 * len(right)):
            wrong = bytearray(right)
            wrong[bit // 8] ^= 1 << bit % 8
            inner_write(inner, key, wrong)
            tried += 1
            accepted += not refused(store)
        inner_write(inner, key, right)

    print(f"bits altered: {tried:,}, accepted: {accepted}")
    assert (accepted, refused(store)) == (0, False)


@pytest.mark.soak
def test_no_byte_of_a_file_of_several_chunks_can_be_altered(
    store: SealedStore, inner: LocalStore
) -> None:
    put(store, KEY, random.Random(0).randbytes(PLAIN + 5000))
    right, accepted = stored(inner), 0
    with inner._path(KEY).open("r+b", buffering=0) as file:
        for at in range(len(right)):
            os.pwrite(file.fileno(), bytes([right[at] ^ (1 + at % 255)]), at)
            accepted += not refused(store)
            os.pwrite(file.fileno(), right[at : at + 1], at)

    print(f"bytes altered: {len(right):,}, accepted: {accepted}")
    assert (accepted, refused(store)) == (0, False)


def inner_write(inner: LocalStore, key: str, data: bytes | bytearray) -> None:
    """As somebody would who has the disk: without waiting for it."""
    inner._path(key).write_bytes(data)


Mutation = tuple[str, bytes]


def mutations(rng: random.Random, files: dict[str, bytes]) -> Mutation:
    """A file of the store's disk, and other bytes for it."""
    key = rng.choice(sorted(files))
    data = files[key]
    cuts = sorted({rng.randrange(len(data) + 1), rng.choice(range(0, len(data) + 1, SEALED))})
    low, high = cuts[0], cuts[-1]
    chunks = [data[at : at + SEALED] for at in range(0, len(data), SEALED)]
    other = files[rng.choice(sorted(files))]
    one, two = rng.randrange(len(chunks)), rng.randrange(len(chunks))
    swapped = list(chunks)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    at = rng.randrange(len(data))
    return (
        key,
        rng.choice(
            [
                data[:high],  # cut at the end
                data[:low],
                data[low:],  # at the beginning
                data[:low] + data[high:],  # in the middle
                data[: (len(chunks) - 1) * SEALED],  # its last chunk
                b"".join(chunks[: one + 1]),
                b"".join(chunks[:one] + chunks[one + 1 :]),
                b"".join(swapped),
                b"".join([*chunks[:one], chunks[two], *chunks[one + 1 :]]),
                b"".join([*chunks, chunks[one]]),  # joined
                data + other,
                other + data,
                other,  # another file, or another file's key, or another kind of thing
                other[: len(data)],
                data + rng.randbytes(rng.randrange(1, 2 * TAG)),
                data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1 :],
                data[:at] + rng.randbytes(TAG) + data[at + TAG :],
                bytes(len(data)),
            ]
        ),
    )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_to_a_file_it_is_refused(
    store: SealedStore, inner: LocalStore, seed: int
) -> None:
    """Cut, swapped, joined, altered; files and their keys. Each is read whole and in ranges."""
    rng = random.Random(seed)
    plain = {f"ns/exp/1/{size}": rng.randbytes(size) for size in [0, 5, PLAIN, 3 * PLAIN + 9]}
    for key, data in plain.items():
        put(store, key, data)
    files = {key: stored(inner, key) for key in store.list()}
    tried = accepted = wrong = 0
    while tried < 300:
        key, data = mutations(rng, files)
        if data == files[key]:
            continue
        tried += 1
        inner_write(inner, key, data)
        name = key.removesuffix(".key")
        accepted += not refused(store, name)
        start, end = sorted(rng.randrange(4 * PLAIN) for _ in range(2))
        for stop in (end, None):
            wrong += not_as_it_was(store, name, plain[name], start, stop)
        inner_write(inner, key, files[key])

    print(f"mutations: {tried}, accepted: {accepted}, wrong ranges: {wrong}")
    assert (accepted, wrong) == (0, 0)
    assert {key: read(store, key) for key in plain} == plain


def not_as_it_was(store: SealedStore, key: str, plain: bytes, start: int, end: int | None) -> bool:
    """Whether a range of a file that was tampered with comes out otherwise than it was."""
    try:
        return read(store, key, start, end) != plain[start:end]
    except StoreError:
        return False


def test_files_cannot_change_places_with_their_keys(store: SealedStore, inner: LocalStore) -> None:
    for key in ("a", "b"):
        put(store, key, key.encode())
    for end in ("", ".key"):
        one, two = stored(inner, f"a{end}"), stored(inner, f"b{end}")
        inner.replace(f"a{end}", two)
        inner.replace(f"b{end}", one)

    assert [refused(store, "a"), refused(store, "b")] == [True, True]


def test_a_file_without_its_last_chunks_has_no_end(store: SealedStore, inner: LocalStore) -> None:
    put(store, KEY, bytes(3 * PLAIN))
    damage(inner, KEY, lambda data: data[: 2 * SEALED])

    assert read(store, KEY, 0, PLAIN) == bytes(PLAIN)
    for start, end in [(0, None), (PLAIN, 2 * PLAIN), (2 * PLAIN, None), (5 * PLAIN, 6 * PLAIN)]:
        with pytest.raises(Tampered):
            read(store, KEY, start, end)


class Nowhere:
    """Takes bytes and forgets them, so that what is measured is the sealing."""

    def write(self, data: memoryview | bytes) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


def test_sealing_is_fast(store: SealedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    data, times = os.urandom(1 << 20), 100
    put(store, KEY, data * 64)
    nowhere = Nowhere()
    monkeypatch.setattr(LocalStore, "create", lambda *_: nowhere)
    writer = store.create("speed")
    started = time.perf_counter()
    for _ in range(times):
        writer.write(data)
    writer.close()
    sealing = times / (time.perf_counter() - started) * len(data) / 1e6

    list(store.open(KEY))  # from here on it is in memory
    started = time.perf_counter()
    size = sum(map(len, store.open(KEY)))
    opening = size / (time.perf_counter() - started) / 1e6

    print(f"sealing: {sealing:,.0f} MB/s, opening: {opening:,.0f} MB/s")
    # A tenth of what one idle core does: this must hold on a busy machine.
    assert sealing > 250
