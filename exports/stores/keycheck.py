"""What tells, before anything is read or written, whether the master keys are the store's own."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from exports.stores.errors import KeyMissing, MasterKeyWrong, StoreUnfit, Tampered
from exports.stores.keys import sealed_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.stores.base import BaseStore
    from exports.stores.keys import MasterKeys

KEYCHECK = "waybill.keycheck"
_WORDS = b"Whoever can read this has the master key."


def check_sealed(store: BaseStore, keys: MasterKeys) -> None:
    """Make sure that the master keys open what lies in a store of sealed files.

    The store notes each master key that may have sealed something in it; an empty one notes the
    current one, and so does one that meets a new key.

    :raises StoreUnfit: its files are not sealed.
    :raises MasterKeyWrong: a key that it needs is not at hand.
    :raises Tampered: what it notes was altered.
    :raises MasterKeyMissing, MasterKeyInvalid: there are no keys.
    """
    current = keys.current.id
    if not is_sealed(store):
        if any(not key.startswith(KEYCHECK) for key in store.list()):
            raise StoreUnfit(
                f"The store holds files, but no {KEYCHECK}: they were not encrypted by this "
                "installation. Begin with an empty store, or switch encryption off."
            )
        note_current_only(store, keys)
    noted = _noted(store)
    for each in noted:
        try:
            keys.unseal(each, KEYCHECK.encode())
        except MasterKeyWrong:
            raise MasterKeyWrong(
                f"The store holds files that were sealed with the master key {sealed_by(each)}, "
                f"which is not at hand: here is {', '.join(each.id for each in keys.all)}. Bring "
                "that key back from its backup, or name another store."
            ) from None
    if current not in map(sealed_by, noted):
        store.replace(KEYCHECK, _text([_sealed(keys), *noted]))


def check_plain(store: BaseStore) -> None:
    """Make sure that a store is not one of sealed files.

    :raises StoreUnfit: it is.
    """
    if is_sealed(store):
        raise StoreUnfit(
            "The store holds encrypted files, but encryption is switched off. Switch it on, or "
            "begin with an empty store."
        )


def is_sealed(store: BaseStore) -> bool:
    """Whether the store was begun as one of sealed files."""
    try:
        return store.size(KEYCHECK) >= 0
    except KeyMissing:
        return False


def needed(store: BaseStore) -> list[str]:
    """The ids of the master keys that may have sealed something in a store of sealed files.

    :raises KeyMissing: it is not one.
    :raises Tampered: what it notes was altered.
    """
    return [sealed_by(each) for each in _noted(store)]


def note_current_only(store: BaseStore, keys: MasterKeys) -> None:
    """Note that the current master key is all that the store needs from now on."""
    store.replace(KEYCHECK, _text([_sealed(keys)]))


def _noted(store: BaseStore) -> list[bytes]:
    """What the store notes: the same words, sealed by each key that it needs."""
    lines = b"".join(store.open(KEYCHECK)).splitlines()
    try:
        noted = [b64decode(line, validate=True) for line in lines]
    except binascii.Error:
        noted = []
    if not noted:
        raise Tampered(KEYCHECK)
    return noted


def _text(noted: Sequence[bytes]) -> bytes:
    return b"".join(b64encode(each) + b"\n" for each in noted)


def _sealed(keys: MasterKeys) -> bytes:
    return keys.seal(_WORDS, KEYCHECK.encode())
