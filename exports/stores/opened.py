"""A sealed file that is being read: each chunk is proved before a byte of it is given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.stores.chunks import PLAIN, SEALED, TAG, Chunks, sealed_size
from exports.stores.errors import Tampered

if TYPE_CHECKING:
    from exports.stores.base import Pieces, Store

BATCH = 16  # chunks that are opened in one go


class Opened:
    """The bytes of a file from ``start`` up to ``end``, in pieces of 1 MiB at most.

    It is opened at once: what is deleted or sealed anew meanwhile is still read to its end.

    :param size: of the file, in bytes.
    :raises KeyMissing: there is no such file.
    """

    def __init__(
        self, inner: Store, key: str, chunks: Chunks, size: int, start: int, end: int | None
    ) -> None:
        self._key = key
        self._chunks = chunks
        self._size = size
        self._count = max(1, -(-size // PLAIN))
        stop = size if end is None else min(end, size)
        nothing = end is not None and end <= start
        # Past the end, the last chunk has to prove that nothing is missing.
        self._next = 0 if nothing else min(start // PLAIN, self._count - 1)
        self._stop = 0 if nothing else max(-(-stop // PLAIN), self._next + 1)
        self._from, self._to = start, max(start, stop)
        self._waiting = bytearray()
        last = min(self._stop * SEALED, sealed_size(size))
        self._inner: Pieces = inner.open(key, self._next * SEALED, last)

    def __iter__(self) -> Opened:
        return self

    def __next__(self) -> bytes:
        try:
            while self._next < self._stop:
                piece = self._open(min(BATCH, self._stop - self._next))
                if piece:
                    return piece
        except BaseException:
            self.close()
            raise
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Read no further."""
        self._next = self._stop
        self._inner.close()

    def _open(self, count: int) -> bytes:
        """What was asked for of the next chunks."""
        first, self._next = self._next, self._next + count
        plain = memoryview(bytearray(min(count * PLAIN, self._size - first * PLAIN)))
        sealed = self._read(len(plain) + count * TAG)
        for at in range(count):
            self._chunks.unseal(
                first + at,
                sealed[at * SEALED : (at + 1) * SEALED],
                plain[at * PLAIN : (at + 1) * PLAIN],
                last=first + at == self._count - 1,
            )
        begin = first * PLAIN
        return bytes(plain[max(0, self._from - begin) : max(0, self._to - begin)])

    def _read(self, size: int) -> memoryview:
        while len(self._waiting) < size:
            piece = next(self._inner, b"")
            if not piece:
                raise Tampered(self._key)
            self._waiting += piece
        found = memoryview(self._waiting)[:size]
        self._waiting = self._waiting[size:]
        return found
