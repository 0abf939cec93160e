"""What can be wrong in a store: with the key of a file, with its bytes, with the master key."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked."""


class KeyInvalid(StoreError):
    """A key is not names joined by ``/``."""


class KeyTaken(StoreError):
    """There is a file under the key already, and nothing is ever overwritten."""


class KeyMissing(StoreError):
    """There is no file under the key."""


class Tampered(StoreError):
    """What lies in the store is not what was written: cut, swapped, joined or altered."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is not as it was written: it was cut, swapped or altered.")


class MasterKeyMissing(StoreError):
    """There is no master key, so that nothing can be sealed or opened."""


class MasterKeyInvalid(StoreError):
    """What should be a master key is none."""


class MasterKeyWrong(StoreError):
    """Something was sealed with a master key that is not at hand."""


class MasterKeyBusy(StoreError):
    """Somebody else is changing the master keys."""


class StoreUnfit(StoreError):
    """The store holds files of another kind than the settings say: sealed ones, or plain ones."""
