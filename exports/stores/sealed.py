"""A store whose files are encrypted before they reach the store that holds them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exports.stores.chunks import PLAIN, SEALED, TAG, Chunks, plain_size
from exports.stores.errors import KeyMissing, MasterKeyWrong, Tampered
from exports.stores.keys import LENGTH
from exports.stores.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exports.engine.sink import Writer
    from exports.stores.base import BaseStore
    from exports.stores.keys import MasterKeys

SIDECAR = ".key"
BATCH = 16 * PLAIN  # bytes that are sealed in one go


class SealedStore:
    """Files in chunks, each file with a key of its own.

    That key lies beside the file, as ``….key``, sealed by the master key: so that a master key is
    replaced by sealing these anew, while the files stay as they are. It is durable before the
    first chunk is written, and goes after the last one.

    :param inner: what holds the encrypted files; any store.
    """

    def __init__(self, inner: BaseStore, keys: MasterKeys) -> None:
        self._inner = inner
        self._keys = keys

    def create(self, key: str) -> SealedWriter:
        """Begin a file; it is there when the writer was closed.

        :raises KeyTaken: there is one already, or one is being written.
        """
        secret = os.urandom(LENGTH)
        # Made, never replaced: of two who write the same file, one would take the other's key.
        self._write(key + SIDECAR, self._keys.seal(secret, about(key)))
        try:
            return SealedWriter(self._inner.create(key), Chunks(secret, key), self._forget(key))
        except BaseException:
            self._inner.delete(key + SIDECAR)
            raise

    def open(self, key: str, start: int = 0, end: int | None = None) -> Opened:
        """The bytes of a file from ``start`` up to, not including, ``end``.

        Nothing is given out before it was proved to be what was written. Asking for what is past
        the end proves that the end is where it was.

        :raises KeyMissing: there is none.
        :raises Tampered: it is not as it was written; here, or while it is read.
        :raises MasterKeyWrong: none of the master keys opens it.
        """
        chunks = Chunks(self._secret(key), key)
        return Opened(self._inner, key, chunks, self.size(key), start, end)

    def size(self, key: str) -> int:
        """The size of a file in bytes, before it was encrypted; only reading it proves it.

        :raises KeyMissing: there is none.
        :raises Tampered: no file takes as many bytes as this one does.
        """
        return plain_size(self._inner.size(key), key)

    def delete(self, key: str) -> None:
        """Remove a file with its key, and what is left of either; none is fine too."""
        self._inner.delete(key)
        self._inner.delete(key + SIDECAR)

    def list(self, prefix: str = "") -> Iterator[str]:
        """All that lies below a prefix, in order: files, their keys, and what was never closed."""
        return self._inner.list(prefix)

    def link(self, _key: str, _seconds: int, *, name: str, content_type: str) -> None:
        """None: whoever holds the encrypted files cannot hand them out."""

    def free_bytes(self) -> int | None:
        """How much more can be stored; None when there is no telling."""
        return self._inner.free_bytes()

    def reseal(self, key: str) -> bool:
        """Seal the key of a file anew, if another master key than the current one sealed it.

        Whoever is reading or writing the file goes on.

        :raises KeyMissing: there is none.
        :raises Tampered, MasterKeyWrong: it cannot be opened.
        """
        sealed = self._keys.reseal(self._read(key + SIDECAR), about(key))
        if sealed is None:
            return False
        self._inner.replace(key + SIDECAR, sealed)
        return True

    def _secret(self, key: str) -> bytes:
        try:
            return self._keys.unseal(self._read(key + SIDECAR), about(key))
        except MasterKeyWrong:
            # It may have been sealed anew, and its master key forgotten, since it was read.
            return self._keys.unseal(self._read(key + SIDECAR), about(key))
        except KeyMissing:
            self._inner.size(key)
            raise Tampered(key) from None

    def _read(self, key: str) -> bytes:
        return b"".join(self._inner.open(key))

    def _write(self, key: str, data: bytes) -> None:
        writer = self._inner.create(key)
        try:
            writer.write(data)
            writer.close()
        except BaseException:
            writer.abort()
            raise

    def _forget(self, key: str) -> Callable[[], None]:
        return lambda: self._inner.delete(key + SIDECAR)


class SealedWriter:
    """A file on its way into a :class:`SealedStore`."""

    def __init__(self, inner: Writer, chunks: Chunks, forget: Callable[[], None]) -> None:
        self._inner = inner
        self._chunks = chunks
        self._forget = forget
        self._number = 0
        # Never empty again once something was written: the last chunk is marked.
        self._rest = bytearray()
        self._closed = False

    def write(self, data: memoryview | bytes) -> None:
        """Add bytes at the end.

        :raises OSError: the store did not take them.
        """
        if self._closed:
            raise ValueError("the writer is closed")
        view = memoryview(data).cast("B")  # Arrow's bytes are signed, which the cipher refuses
        if self._rest:
            missing = PLAIN - len(self._rest)
            self._rest += view[:missing]
            view = view[missing:]
            if not view:
                return
            self._seal(self._rest)
            self._rest = bytearray()
        whole = max(0, len(view) - 1) // PLAIN * PLAIN
        for start in range(0, whole, BATCH):
            self._seal(view[start : min(start + BATCH, whole)])
        self._rest += view[whole:]

    def close(self) -> None:
        """Put the file in its place, once it is whole.

        :raises OSError: the store did not take it; the file is not there then.
        """
        if self._closed:
            return
        into = memoryview(bytearray(len(self._rest) + TAG))
        self._chunks.seal(self._number, self._rest, into, last=True)
        self._inner.write(into)
        self._inner.close()
        self._closed = True

    def abort(self) -> None:
        """Leave nothing behind, unless the file is in its place already."""
        if self._closed:
            return
        self._closed = True
        self._inner.abort()
        self._forget()

    def _seal(self, data: memoryview | bytearray) -> None:
        """Seal chunks that are full, and not the last ones."""
        plain = memoryview(data)
        into = memoryview(bytearray(len(plain) // PLAIN * SEALED))
        for at in range(len(plain) // PLAIN):
            here = plain[at * PLAIN : (at + 1) * PLAIN]
            self._chunks.seal(self._number + at, here, into[at * SEALED : (at + 1) * SEALED])
        self._number += len(plain) // PLAIN
        self._inner.write(into)


def about(key: str) -> bytes:
    """What the key of a file is sealed for."""
    return b"file:" + key.encode()


def sealed_files(keys: Iterable[str]) -> Iterator[str]:
    """The files whose keys are among these names; a file may end in ``.key`` as well.

    :param keys: what :meth:`SealedStore.list` gave.
    """
    ends = {key for key in keys if key.endswith(SIDECAR)}
    return (key.removesuffix(SIDECAR) for key in sorted(ends) if key + SIDECAR not in ends)
