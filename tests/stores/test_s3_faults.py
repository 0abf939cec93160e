"""What the network and the server do to a store: what is published is what was written, always."""

from __future__ import annotations

import errno
import os
import random
from typing import TYPE_CHECKING

import pytest

from exports.engine.errors import StorageFailed, StorageFull
from exports.engine.explain import explain_write
from exports.stores.errors import ObjectChanged, StoreError, StoreFull, StoreUnavailable
from exports.stores.s3download import CHUNK
from tests.s3.proxy import Harm
from tests.stores.conftest import PART_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.stores.s3 import S3Store
    from tests.s3.proxy import Call, Proxy

KEY = "ns_1/exp_1/1/flights.csv"
SMALL, LARGE = b"a small file", os.urandom(3 * PART_SIZE + 11)
PASSING = {
    "dropped": Harm(drop=True),
    "lost": Harm(lose=True),
    "slow": Harm(delay=0.1),
    "500": Harm(status=500),
    "503": Harm(status=503, code="SlowDown"),
    "cut": Harm(cut=1),
}


def put(store: S3Store, data: bytes) -> None:
    """As the engine does it: what cannot be closed is aborted."""
    writer = store.create(KEY)
    try:
        writer.write(data)
        writer.close()
    except BaseException:
        writer.abort()
        raise


def calls_of(store: S3Store, proxy: Proxy, data: bytes) -> int:
    """How many calls it takes to store it when nothing is wrong."""
    put(store, data)
    store.delete(KEY)
    taken = [call.operation for call in proxy.calls].index("delete")
    proxy.reset()
    return taken


def at(number: int, harm: Harm, *, for_good: bool = False) -> Callable[[Call], Harm]:
    """Do the harm to this call, or to all from it on."""

    def script(call: Call) -> Harm:
        hit = call.number >= number if for_good else call.number == number
        return harm if hit else Harm()

    return script


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_trouble_that_passes_goes_unnoticed_whichever_call_it_hits(
    s3: S3Store, proxy: Proxy, name: str, data: bytes
) -> None:
    calls = calls_of(s3, proxy, data)
    for number in range(1, calls + 1):
        proxy.script = at(number, PASSING[name])
        put(s3, data)
        proxy.reset()
        assert b"".join(s3.open(KEY)) == data
        assert list(s3.list()) == [KEY]
        s3.delete(KEY)
        proxy.reset()
    print(f"{name}: {calls} calls hit one by one, cut short 0, left over 0")


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_s3_that_fails_from_its_nth_call_on_leaves_no_file(
    make_store: Callable[..., S3Store], proxy: Proxy, data: bytes
) -> None:
    store = make_store(attempts=1)
    taken = calls_of(store, proxy, data)
    for number in range(1, taken + 1):
        proxy.script = at(number, Harm(status=500), for_good=True)
        with pytest.raises(StoreUnavailable) as told:
            put(store, data)
        assert isinstance(explain_write(told.value), StorageFailed)
        proxy.reset()
        # Nobody could be told to forget it then; the reconciler does it so, later.
        for key in list(store.list()):
            store.delete(key)
        assert list(store.list()) == []
    print(f"failing from call 1 to {taken} on: refused {taken}, left over 0 after one clearing")


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_an_answer_that_is_lost_for_good_leaves_a_whole_file_or_nothing(
    make_store: Callable[..., S3Store], proxy: Proxy, data: bytes
) -> None:
    store = make_store(attempts=1)
    taken = calls_of(store, proxy, data)
    stored = 0
    for number in range(1, taken + 1):
        proxy.script = at(number, Harm(lose=True))
        try:
            put(store, data)
        except StoreUnavailable:
            pass
        else:
            stored += 1
            assert b"".join(store.open(KEY)) == data
            store.delete(KEY)
        proxy.reset()
        assert list(store.list()) == []
    print(f"one lost answer in {taken} calls: {stored} times stored whole, left over 0")


def test_a_flipped_bit_is_never_kept(make_store: Callable[..., S3Store], proxy: Proxy) -> None:
    """The server is one that does not compare the sums that it is told."""
    store = make_store(attempts=1)
    chance = random.Random(4)
    tried = refused = 0
    for data in (SMALL, LARGE):
        for operation in ("put", "get") if data is SMALL else ("part", "get"):
            for _ in range(8):
                bit = chance.randrange(8 * len(data))
                sent = operation != "get"
                harm = Harm(flip_sent=bit) if sent else Harm(flip_got=bit)
                proxy.hit(harm, operation)
                tried += 1
                with pytest.raises(StoreUnavailable, match="something else"):
                    put(store, data)
                refused += 1
                proxy.reset()
                assert list(store.list()) == []
    print(f"flipped bits: {tried}, refused {refused}, left over 0")


def test_a_flipped_bit_in_an_answer_without_a_body_of_ours_is_no_surprise(
    make_store: Callable[..., S3Store], proxy: Proxy
) -> None:
    store = make_store(attempts=1)
    chance = random.Random(5)
    stored = refused = 0
    for operation in ("begin", "part", "complete", "uploads"):
        for _ in range(6):
            proxy.hit(Harm(flip_got=chance.randrange(10**6)), operation)
            try:
                put(store, LARGE)
            except StoreError:
                refused += 1
            else:
                stored += 1
                assert b"".join(store.open(KEY)) == LARGE
            proxy.reset()
            for key in list(store.list()):
                store.delete(key)
    print(f"flipped bits in answers: stored whole {stored}, refused {refused}, other 0")


@pytest.mark.parametrize("name", ["dropped", "500", "cut"])
def test_a_reader_goes_on_where_the_connection_broke(s3: S3Store, proxy: Proxy, name: str) -> None:
    data = os.urandom(2 * CHUNK + 17)
    s3.replace(KEY, data)
    cut = Harm(cut=CHUNK + 9)
    proxy.reset()
    proxy.script = lambda call: {1: cut, 2: PASSING[name]}.get(call.number, Harm())
    assert b"".join(s3.open(KEY, 5, len(data) - 5)) == data[5:-5]
    assert len(proxy.calls) >= 3


def test_a_reader_never_mixes_two_objects(s3: S3Store, proxy: Proxy) -> None:
    s3.replace(KEY, bytes(3 * CHUNK))
    proxy.hit(Harm(cut=CHUNK + 9), "get")
    chunks = s3.open(KEY)
    assert next(chunks) == bytes(CHUNK)
    s3.replace(KEY, b"\1" * 3 * CHUNK)
    with pytest.raises(ObjectChanged, match="changed while it was read"):
        list(chunks)


def test_a_reader_gives_up_when_nothing_comes_any_more(s3: S3Store, proxy: Proxy) -> None:
    s3.replace(KEY, bytes(1000))
    proxy.hit(Harm(cut=0), "get", times=1000)
    with pytest.raises(StoreUnavailable):
        list(s3.open(KEY))


def test_other_bytes_than_were_asked_for_are_refused(s3: S3Store, proxy: Proxy) -> None:
    """A server that knows no ranges sends all of it."""
    s3.replace(KEY, b"0123456789")
    proxy.without = "Range"
    with pytest.raises(StoreUnavailable, match="other bytes"):
        s3.open(KEY, 5)


def test_a_server_without_conditions_is_still_written_to(s3: S3Store, proxy: Proxy) -> None:
    for data, operation in ((SMALL, "put"), (LARGE, "complete")):
        proxy.hit(Harm(status=501, code="NotImplemented"), operation)
        put(s3, data)
        assert b"".join(s3.open(KEY)) == data
        s3.delete(KEY)


def test_a_full_server_is_told_from_one_that_is_away(s3: S3Store, proxy: Proxy) -> None:
    proxy.hit(Harm(status=507, code="XMinioStorageFull"), "put")
    with pytest.raises(StoreFull, match="no room left") as told:
        put(s3, SMALL)
    assert told.value.errno == errno.ENOSPC
    assert isinstance(explain_write(told.value), StorageFull)


def test_what_vanishes_before_it_was_compared_is_no_file(s3: S3Store, proxy: Proxy) -> None:
    heads = iter([Harm(), Harm(status=404, code="NotFound")])
    proxy.script = lambda call: next(heads, Harm()) if call.operation == "head" else Harm()
    writer = s3.create(KEY)
    with pytest.raises(StoreUnavailable, match="did not keep"):
        writer.close()
