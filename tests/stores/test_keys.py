"""Master keys: what they seal, how they are kept, and how a store tells whose it is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from exports.stores.errors import (
    MasterKeyBusy,
    MasterKeyInvalid,
    MasterKeyMissing,
    MasterKeyWrong,
    StoreUnfit,
    Tampered,
)
from exports.stores.keycheck import KEYCHECK, check_plain, check_sealed, needed
from exports.stores.keyfile import KeyFile
from exports.stores.keys import OVERHEAD, MasterKey, MasterKeys, parse, sealed_by
from exports.stores.local import LocalStore

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = MasterKey(bytes(32)), MasterKey(bytes(range(32)))


def holding(*keys: MasterKey) -> MasterKeys:
    return MasterKeys(lambda: keys)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys" / "master_key")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def test_what_is_sealed_opens_for_the_same_words_only() -> None:
    keys = holding(ONE)
    sealed = keys.seal(b"a secret", b"whose")

    assert keys.unseal(sealed, b"whose") == b"a secret"
    assert len(sealed) == len(b"a secret") + OVERHEAD
    assert b"a secret" not in sealed
    assert sealed != keys.seal(b"a secret", b"whose")
    with pytest.raises(Tampered):
        keys.unseal(sealed, b"another's")


def test_no_altered_byte_is_accepted() -> None:
    keys = holding(ONE)
    sealed = keys.seal(b"a secret", b"whose")
    accepted = 0
    for at in range(len(sealed)):
        for wrong in random.Random(at).sample(range(1, 256), 20):
            altered = sealed[:at] + bytes([sealed[at] ^ wrong]) + sealed[at + 1 :]
            try:
                keys.unseal(altered, b"whose")
                accepted += 1
            except (Tampered, MasterKeyWrong):
                continue
    for length in range(len(sealed)):
        with pytest.raises(Tampered):
            keys.unseal(sealed[:length], b"whose")
    assert accepted == 0


def test_the_first_key_seals_and_every_key_opens() -> None:
    old = holding(ONE).seal(b"x", b"")
    keys = holding(TWO, ONE)

    assert keys.unseal(old, b"") == b"x"
    assert sealed_by(keys.seal(b"x", b"")) == TWO.id
    with pytest.raises(MasterKeyWrong, match=f"master key {ONE.id}, not with {TWO.id}"):
        holding(TWO).unseal(old, b"")


def test_a_secret_is_sealed_anew_by_the_current_key_once() -> None:
    keys = holding(TWO, ONE)
    sealed = keys.reseal(holding(ONE).seal(b"x", b"me"), b"me")

    assert sealed
    assert holding(TWO).unseal(sealed, b"me") == b"x"
    assert keys.reseal(sealed, b"me") is None


def test_a_key_does_not_show_itself() -> None:
    assert ONE.text not in repr(ONE)
    assert (len(ONE.id), ONE.id != TWO.id) == (16, True)


@pytest.mark.parametrize("text", ["{one},{two}", "{one}\n{two}\n", " {one} ,\n\n{two} "])
def test_keys_are_read_in_their_order(text: str) -> None:
    assert parse(text.format(one=ONE.text, two=TWO.text), "here") == (ONE, TWO)


@pytest.mark.parametrize("text", ["", " \n", "secret", "c2VjcmV0", f"{ONE.text},x", ONE.text[:-4]])
def test_what_is_no_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(MasterKeyInvalid) as caught:
        parse(text, "WAYBILL_MASTER_KEY")

    assert "WAYBILL_MASTER_KEY" in str(caught.value)
    assert not text.strip() or text not in str(caught.value)


def test_the_file_is_made_once_and_is_its_owners_alone(file: KeyFile) -> None:
    assert [file.make(), file.make()] == [True, False]

    [key] = file.load()
    assert file.path.read_text() == f"{key.text}\n"
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_missing_file_says_what_to_do(file: KeyFile) -> None:
    with pytest.raises(MasterKeyMissing, match="from its backup"):
        file.load()


def test_a_file_of_raw_bytes_is_refused(file: KeyFile) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(bytes(range(224, 256)))

    with pytest.raises(MasterKeyInvalid, match="not 32 bytes in base64"):
        file.load()


def test_a_file_that_cannot_be_read_says_why(file: KeyFile) -> None:
    file.path.mkdir(parents=True)

    with pytest.raises(MasterKeyInvalid, match="cannot be read: Is a directory"):
        file.load()


def test_a_running_process_notices_new_keys(file: KeyFile) -> None:
    file.make()
    keys = MasterKeys(KeyFile(file.path).load)
    old = keys.seal(b"x", b"")

    file.write([TWO, *file.load()])

    assert (keys.current, keys.unseal(old, b"")) == (TWO, b"x")


def test_two_commands_do_not_change_the_keys_at_once(file: KeyFile) -> None:
    with file.locked(), pytest.raises(MasterKeyBusy):
        KeyFile(file.path).make()

    assert file.make()


def put(store: LocalStore, key: str) -> None:
    writer = store.create(key)
    writer.write(b"x")
    writer.close()


def test_an_empty_store_takes_the_key_that_it_meets(store: LocalStore) -> None:
    check_sealed(store, holding(ONE))
    check_sealed(store, holding(ONE))

    assert needed(store) == [ONE.id]
    with pytest.raises(MasterKeyWrong) as caught:
        check_sealed(store, holding(TWO))
    assert f"sealed with the master key {ONE.id}" in str(caught.value)
    assert f"here is {TWO.id}" in str(caught.value)


def test_a_store_needs_each_key_that_may_have_sealed_something(store: LocalStore) -> None:
    check_sealed(store, holding(ONE))
    check_sealed(store, holding(TWO, ONE))

    assert needed(store) == [TWO.id, ONE.id]
    for keys in (holding(ONE), holding(TWO)):
        with pytest.raises(MasterKeyWrong):
            check_sealed(store, keys)
    check_sealed(store, holding(ONE, TWO))
    assert needed(store) == [TWO.id, ONE.id]


def test_a_store_of_plain_files_is_not_taken_for_a_sealed_one(store: LocalStore) -> None:
    put(store, "ns/exp/1/data.csv")

    with pytest.raises(StoreUnfit, match="were not encrypted by this installation"):
        check_sealed(store, holding(ONE))
    assert list(store.list()) == ["ns/exp/1/data.csv"]


def test_a_store_that_somebody_is_beginning_is_not_taken_for_one_of_plain_files(
    store: LocalStore, tmp_path: Path
) -> None:
    (tmp_path / "store").mkdir()
    # As another process leaves it while it writes the note, or when it is killed there.
    (tmp_path / "store" / f"{KEYCHECK}.x1.part").touch()

    check_sealed(store, holding(ONE))

    assert needed(store) == [ONE.id]


def test_a_store_of_sealed_files_is_not_taken_for_a_plain_one(store: LocalStore) -> None:
    check_plain(store)
    check_sealed(store, holding(ONE))

    with pytest.raises(StoreUnfit, match="encryption is switched off"):
        check_plain(store)


@pytest.mark.parametrize("text", [b"", b"!", b"c2VjcmV0"])
def test_a_note_that_was_altered_is_refused(store: LocalStore, text: bytes) -> None:
    check_sealed(store, holding(ONE))
    store.replace(KEYCHECK, text)

    with pytest.raises(Tampered):
        check_sealed(store, holding(ONE))
