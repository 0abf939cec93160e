"""Why a store did not do what was asked: a mistake of ours with a key, or trouble of its own."""

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
