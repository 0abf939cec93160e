"""Master keys: the first one seals small secrets, and every one of them opens what it sealed."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTH = 32  # bytes of a key
_ID, _NONCE = 8, 12  # bytes


class SecretClosed(StoreError):
    """None of the master keys opens it, or it was altered."""


class MasterKeys:
    """The master keys of this installation, the current one first.

    :param keys: 32 bytes each.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {sha256(each).digest()[:_ID]: AESGCM(each) for each in keys}
        self._current = next(iter(self._keys))

    def seal(self, data: bytes, about: bytes) -> bytes:
        """Seal a small secret with the current key.

        :param about: what it is and whose; it opens for the same words only.
        """
        nonce = os.urandom(_NONCE)
        sealed = self._keys[self._current].encrypt(nonce, data, self._current + about)
        return self._current + nonce + sealed

    def unseal(self, sealed: bytes, about: bytes) -> bytes:
        """Open what :meth:`seal` made.

        :raises SecretClosed: none of the keys sealed it, it was altered, or is about another thing.
        """
        name, nonce, rest = sealed[:_ID], sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :]
        if name not in self._keys:
            raise SecretClosed("No master key opens this.")
        try:
            return self._keys[name].decrypt(nonce, rest, name + about)
        except InvalidTag:
            raise SecretClosed("This was altered, or is about another thing.") from None
