"""The master key is replaced while everything goes on, and however often that is interrupted."""

from __future__ import annotations

import hashlib
import random
import time
from base64 import b64decode, b64encode
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from exports.domain.audit import SYSTEM
from exports.domain.exports import export_delete
from exports.domain.rotation import master_key_rotate, master_keys_forget
from exports.domain.storage import (
    base_store,
    key_file,
    master_key_make,
    master_keys,
    result_store,
    store_check,
)
from exports.models import AuditEvent, Export, ExportFile, SigningKey
from exports.queue.reconciler import reconcile_once
from exports.stores import keyfile, local
from exports.stores.chunks import PLAIN
from exports.stores.errors import MasterKeyWrong, StoreError, StoreUnfit
from exports.stores.keycheck import needed
from exports.stores.keys import MasterKey, MasterKeys, sealed_by
from exports.stores.local import LocalStore
from exports.stores.sealed import SealedStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.domain.access import Caller
    from exports.stores.base import Store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: Any) -> Iterator[None]:
    """A fresh store and key, since these tests lose keys on purpose."""
    settings.STORE_DIR = tmp_path / "store"
    settings.MASTER_KEY_FILE = tmp_path / "master_key"
    _forget_caches()
    key = key_file()
    assert key
    key.make()
    store_check()
    yield
    _forget_caches()


def _forget_caches() -> None:
    result_store.cache_clear()
    master_keys.cache_clear()


def put(store: Store, key: str, data: bytes) -> None:
    writer = store.create(key)
    writer.write(data)
    writer.close()


def read(key: str) -> bytes:
    return b"".join(result_store().open(key))


def some(count: int) -> dict[str, bytes]:
    """Files in the store, with their bytes."""
    files = {f"ns/exp_{each}/1/data": random.Random(each).randbytes(1000) for each in range(count)}
    for key, data in files.items():
        put(result_store(), key, data)
    return files


def sealers() -> set[str]:
    """The ids of the master keys that the keys of files are sealed with."""
    store = base_store()
    sidecars = [key for key in store.list() if key.endswith(".key")]
    return {sealed_by(b"".join(store.open(key))) for key in sidecars}


def test_a_new_key_seals_everything_anew() -> None:
    files, old = some(3), master_keys().current.id

    done = master_key_rotate(SYSTEM)

    assert (done.resealed, done.spare, done.damaged) == (3, [old], set())
    assert done.current == master_keys().current.id != old
    assert sealers() == set(needed(base_store())) == {done.current}
    assert {key: read(key) for key in files} == files
    told = AuditEvent.objects.get(action="master_key.rotated")
    assert (told.subject, told.namespace_id) == (done.current, None)


def test_the_old_key_is_forgotten_when_asked_to() -> None:
    files, old = some(3), master_keys().current.id
    new = master_key_rotate(SYSTEM).current
    assert [each.id for each in master_keys().all] == [new, old]

    assert master_keys_forget(SYSTEM).spare == [old]

    assert [each.id for each in master_keys().all] == [new]
    assert {key: read(key) for key in files} == files
    assert master_keys_forget(SYSTEM).spare == []


def test_forgetting_seals_what_a_late_run_wrote_with_the_old_key() -> None:
    old = master_keys().current
    master_key_rotate(SYSTEM)
    put(SealedStore(base_store(), MasterKeys(lambda: [old])), "ns/exp/1/late", b"late")

    assert master_keys_forget(SYSTEM).resealed == 1

    assert read("ns/exp/1/late") == b"late"


class Interrupted(Exception):
    """Somebody pulled the plug."""


@pytest.mark.parametrize("step", range(1, 8))
def test_an_interrupted_rotation_is_ended_by_the_next(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key file is written first, then the store's note, four keys, and the note again."""
    files, steps = some(4), iter(range(1, 100))

    def stop(path: Path, data: bytes) -> None:
        if next(steps) == step:
            raise Interrupted
        write(path, data)

    write = local.write_whole
    monkeypatch.setattr(local, "write_whole", stop)
    monkeypatch.setattr(keyfile, "write_whole", stop)
    with pytest.raises(Interrupted):
        master_key_rotate(SYSTEM)
    monkeypatch.undo()

    store_check()
    assert {key: read(key) for key in files} == files
    began = len(master_keys().all)
    master_key_rotate(SYSTEM)
    # The key that was made is used; another one is made only where there was none.
    assert (began, len(master_keys().all)) == (1 if step == 1 else 2, 2)
    assert len(sealers()) == 1
    master_keys_forget(SYSTEM)
    assert {key: read(key) for key in files} == files


def test_downloads_go_on_while_keys_are_replaced() -> None:
    data = random.Random(0).randbytes(40 * PLAIN)
    put(result_store(), "ns/exp/1/data", data)
    slow = result_store().open("ns/exp/1/data")
    begun = next(slow)
    wrong: list[BaseException | str] = []
    stop, reads = Event(), [0, 0]

    def download(number: int) -> None:
        # Each has keys of its own, as another process has.
        master = key_file()
        assert master
        store = SealedStore(base_store(), MasterKeys(master.load))
        while not stop.is_set():
            try:
                if b"".join(store.open("ns/exp/1/data", number)) != data[number:]:
                    wrong.append("other bytes")
            except StoreError as error:
                wrong.append(error)
            reads[number] += 1

    threads = [Thread(target=download, args=[number]) for number in range(2)]
    for each in threads:
        each.start()
    try:
        rotations = 0
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline or min(reads) < 5:
            master_key_rotate(SYSTEM)
            master_keys_forget(SYSTEM)
            rotations += 1
    finally:
        stop.set()
        for each in threads:
            each.join()

    print(f"rotations: {rotations}, downloads meanwhile: {sum(reads)}, failed: {len(wrong)}")
    assert wrong == []
    assert hashlib.sha256(begun + b"".join(slow)).digest() == hashlib.sha256(data).digest()


def test_files_that_are_being_written_are_whole() -> None:
    writer = result_store().create("ns/exp/1/data")
    writer.write(bytes(3 * PLAIN))
    master_key_rotate(SYSTEM)
    master_keys_forget(SYSTEM)
    writer.write(b"end")
    writer.close()

    assert read("ns/exp/1/data") == bytes(3 * PLAIN) + b"end"


def test_nothing_is_forgotten_while_something_cannot_be_opened() -> None:
    files = some(2)
    first, second = files
    base_store().replace(f"{first}.key", b"damaged")

    assert master_key_rotate(SYSTEM).damaged == {first}
    assert master_keys_forget(SYSTEM).damaged == {first}
    assert len(master_keys().all) == 2

    result_store().delete(first)
    assert master_keys_forget(SYSTEM).damaged == set()
    assert len(master_keys().all) == 1
    assert read(second) == files[second]


def test_the_keys_that_sign_are_sealed_anew() -> None:
    key = SigningKey(public="")
    about = f"signing key {key.uid}".encode()
    key.private = b64encode(master_keys().seal(b"private", about)).decode()
    key.save()

    assert master_key_rotate(SYSTEM).resealed == 1
    master_keys_forget(SYSTEM)

    key.refresh_from_db()
    assert master_keys().unseal(b64decode(key.private), about) == b"private"


def test_keys_of_the_environment_are_put_first_by_the_operator(settings: Any) -> None:
    files, old, new = some(2), master_keys().current, MasterKey.make()
    settings.MASTER_KEY = f"{new.text},{old.text}"
    _forget_caches()

    done = master_key_rotate(SYSTEM)

    assert (done.resealed, done.current, done.spare) == (2, new.id, [old.id])
    settings.MASTER_KEY = new.text
    _forget_caches()
    store_check()
    assert {key: read(key) for key in files} == files


def test_a_file_removed_while_its_key_is_sealed_anew_leaves_nothing(
    finished: Export, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ExportFile.objects.get(kind="data")
    replace = LocalStore.replace

    def meanwhile(self: LocalStore, key: str, data: bytes) -> None:
        if key == f"{file.key}.key":
            export_delete(admin, finished)
            reconcile_once()
        replace(self, key, data)

    monkeypatch.setattr(LocalStore, "replace", meanwhile)
    master_key_rotate(SYSTEM)
    assert list(base_store().list(f"{finished.namespace.uid}/")) == [f"{file.key}.key"]

    reconcile_once()

    assert list(base_store().list(f"{finished.namespace.uid}/")) == []


def test_a_wrong_key_is_refused_before_anything_is_written() -> None:
    some(1)
    key = key_file()
    assert key
    key.write([MasterKey.make()])
    before = list(base_store().list())

    for act in (store_check, lambda: master_key_rotate(SYSTEM), lambda: master_keys_forget(SYSTEM)):
        with pytest.raises(MasterKeyWrong, match="from its backup"):
            act()
    assert list(base_store().list()) == before


def test_a_lost_key_is_not_replaced_by_a_new_one() -> None:
    some(1)
    settings.MASTER_KEY_FILE.unlink()

    with pytest.raises(StoreUnfit, match="from its backup"):
        master_key_make()
    assert not settings.MASTER_KEY_FILE.exists()
