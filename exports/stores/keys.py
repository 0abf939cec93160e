"""Master keys: the first one seals small secrets, and every one of them opens what it sealed."""

from __future__ import annotations

import binascii
import os
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exports.stores.errors import MasterKeyInvalid, MasterKeyWrong, Tampered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What a sealed secret looks like: the mark, the id of the master key, the nonce, the sealed bytes.
MARK = b"WBK1"
_ID, _NONCE, _TAG = 8, 12, 16  # bytes
_HEAD = len(MARK) + _ID
OVERHEAD = _HEAD + _NONCE + _TAG
LENGTH = 32  # bytes of a key


@dataclass(frozen=True, slots=True)
class MasterKey:
    """256 bits that nobody else knows."""

    secret: bytes = field(repr=False)

    @classmethod
    def make(cls) -> MasterKey:
        return cls(os.urandom(LENGTH))

    @property
    def id(self) -> str:
        """What tells one key from another, and nothing about it: 16 hexadecimal digits."""
        return sha256(self.secret).hexdigest()[: 2 * _ID]

    @property
    def text(self) -> str:
        """The key itself, in base64."""
        return b64encode(self.secret).decode()


class MasterKeys:
    """The master keys of this installation.

    :param load: gives them, the current one first. It is asked each time, so that a running
        process notices that they were changed.
    """

    def __init__(self, load: Callable[[], Sequence[MasterKey]]) -> None:
        self._load = load

    @property
    def all(self) -> Sequence[MasterKey]:
        """Every key, the current one first; there is at least one.

        :raises MasterKeyMissing, MasterKeyInvalid:
        """
        return self._load()

    @property
    def current(self) -> MasterKey:
        """The key that seals."""
        return self.all[0]

    def seal(self, data: bytes, about: bytes) -> bytes:
        """Seal a small secret with the current key; it is longer by :data:`OVERHEAD` bytes.

        :param about: what it is and whose; it opens for the same words only.
        """
        key = self.current
        head, nonce = MARK + bytes.fromhex(key.id), os.urandom(_NONCE)
        return head + nonce + AESGCM(key.secret).encrypt(nonce, data, head + about)

    def unseal(self, sealed: bytes, about: bytes) -> bytes:
        """Open what :meth:`seal` made.

        :raises Tampered: it was altered, or is about something else.
        :raises MasterKeyWrong: none of the keys sealed it.
        """
        wanted, keys = sealed_by(sealed), self.all
        key = next((each for each in keys if each.id == wanted), None)
        if key is None:
            at_hand = ", ".join(each.id for each in keys)
            raise MasterKeyWrong(f"It was sealed with the master key {wanted}, not with {at_hand}.")
        head, nonce, rest = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :]
        try:
            return AESGCM(key.secret).decrypt(nonce, rest, head + about)
        except InvalidTag:
            raise Tampered(about.decode(errors="replace")) from None

    def reseal(self, sealed: bytes, about: bytes) -> bytes | None:
        """The same secret, sealed with the current key; None when it is already.

        :raises Tampered, MasterKeyWrong: it cannot be opened.
        """
        if sealed_by(sealed) == self.current.id:
            return None
        return self.seal(self.unseal(sealed, about), about)


def sealed_by(sealed: bytes) -> str:
    """The id of the master key that sealed it.

    :raises Tampered: it is nothing that was sealed.
    """
    if len(sealed) < OVERHEAD or not sealed.startswith(MARK):
        raise Tampered("What should be a sealed secret")
    return sealed[len(MARK) : _HEAD].hex()


def parse(text: str, where: str) -> tuple[MasterKey, ...]:
    """Keys of 32 bytes in base64, separated by commas or white space; the current one first.

    :param where: what held the text, for the message; the text itself is never shown.
    :raises MasterKeyInvalid: it does not hold keys.
    """
    keys = tuple(MasterKey(_decoded(each, where)) for each in re.split(r"[\s,]+", text) if each)
    if not keys:
        raise MasterKeyInvalid(f"There is no master key in {where}.")
    return keys


def _decoded(text: str, where: str) -> bytes:
    try:
        secret = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != LENGTH:
        raise MasterKeyInvalid(f"A master key in {where} is not 32 bytes in base64.")
    return secret
