"""Why a store did not do what was asked: our mistakes, bytes or keys that do not fit, trouble."""

from __future__ import annotations

import errno


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


class ObjectChanged(StoreError):
    """What is read is not in the state any more that was asked for."""


class RangeBeyond(StoreError):
    """A range begins behind the last byte of a file."""


class StoreUnavailable(StoreError, OSError):
    """A store that is not a disk cannot be reached, refuses us, or did not keep what it was given.

    An ``OSError``, since that is what a disk raises in its place. The text is for the operator.
    """


class StoreFull(StoreError, OSError):
    """A store that is not a disk has no room left; ``errno`` is that of a full disk."""

    def __init__(self, text: str) -> None:
        super().__init__(errno.ENOSPC, text)
