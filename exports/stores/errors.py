"""What can be wrong with a key of a store; keys are made by us, so that these are our mistakes."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked."""


class KeyInvalid(StoreError):
    """A key is not names joined by ``/``."""


class KeyTaken(StoreError):
    """There is a file under the key already, and nothing is ever overwritten."""


class KeyMissing(StoreError):
    """There is no file under the key."""
