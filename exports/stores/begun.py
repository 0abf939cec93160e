"""Bytes whose beginning is at hand: nothing is promised of what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.stores.base import Pieces


class Begun:
    """The same pieces, the first of which was read already.

    :raises StoreError: whatever reading it raises; the rest is closed then.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        try:
            self._first = next(pieces, b"")
        except BaseException:
            pieces.close()
            raise

    def __iter__(self) -> Begun:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, b""
        return first or next(self._pieces)

    def close(self) -> None:
        """Read no further."""
        self._first = b""
        self._pieces.close()
