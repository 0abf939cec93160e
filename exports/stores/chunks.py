"""Chunks: a file's bytes in pieces of 64 KiB, each sealed with its number and its place."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exports.stores.errors import Tampered

Buffer = memoryview | bytearray | bytes
PLAIN = 64 * 1024  # bytes of a chunk
TAG = 16  # bytes that sealing adds to it
SEALED = PLAIN + TAG


class Chunks:
    """Seals and opens the chunks of one file.

    AES-256-GCM. The nonce is the chunk's number, which is unique since every file has a key of
    its own. The number, whether it is the last one, and the file's name are bound in: a chunk
    opens in its own place only, and the file cannot be cut or made longer.

    :param secret: the key of the file, 32 bytes.
    :param name: the key of the file in its store.
    """

    def __init__(self, secret: bytes, name: str) -> None:
        self._cipher = AESGCM(secret)
        self._name = name
        self._about = name.encode()

    def seal(self, number: int, data: Buffer, into: memoryview, *, last: bool = False) -> None:
        """Seal a chunk into a buffer that is longer by :data:`TAG`."""
        self._cipher.encrypt_into(*self._bound(number, data, last=last), into)

    def unseal(self, number: int, data: Buffer, into: memoryview, *, last: bool) -> None:
        """Open a chunk into a buffer that is shorter by :data:`TAG`.

        :raises Tampered: it is not the chunk that was sealed as this one.
        """
        try:
            self._cipher.decrypt_into(*self._bound(number, data, last=last), into)
        except InvalidTag:
            raise Tampered(self._name) from None

    def _bound(self, number: int, data: Buffer, *, last: bool) -> tuple[bytes, Buffer, bytes]:
        """The nonce, the data, and what is bound to it."""
        nonce = number.to_bytes(12, "big")
        return nonce, data, nonce + bytes([last]) + self._about


def sealed_size(plain: int) -> int:
    """How many bytes a file of so many bytes takes; an empty one has an empty chunk."""
    return plain + TAG * max(1, -(-plain // PLAIN))


def plain_size(sealed: int, name: str) -> int:
    """How many bytes a file has that takes so many.

    :param name: the key of the file, for the error.
    :raises Tampered: no file takes so many.
    """
    chunks = -(-sealed // SEALED)
    plain = sealed - TAG * chunks
    if plain < 0 or sealed_size(plain) != sealed:
        raise Tampered(name)
    return plain
