"""What every store of results can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.engine.sink import Writer


class Pieces(Protocol):
    """The bytes of a file that is being read, piece by piece."""

    def __iter__(self) -> Iterator[bytes]: ...

    def __next__(self) -> bytes: ...

    def close(self) -> None:
        """Read no further; more often than once is fine."""
        ...


class Store(Protocol):
    """Files under keys such as ``namespace/export/attempt/name``, written once."""

    def create(self, key: str) -> Writer:
        """Begin a file; it is there when the writer was closed.

        :raises KeyTaken: there is one already.
        """
        ...

    def open(self, key: str, start: int = 0, end: int | None = None) -> Pieces:
        """The bytes of a file from ``start`` up to, not including, ``end``.

        :raises KeyMissing: there is none.
        """
        ...

    def size(self, key: str) -> int:
        """The size of a file in bytes.

        :raises KeyMissing: there is none.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove a file, and what is left of one that was never closed; none is fine too."""
        ...

    def list(self, prefix: str = "") -> Iterator[str]:
        """The keys below a prefix that ends between two names, in order, unclosed files too."""
        ...

    def free_bytes(self) -> int | None:
        """How much more can be stored; None when there is no telling."""
        ...

    def link(self, key: str, seconds: int, *, name: str, content_type: str) -> str | None:
        """An address at which anyone who has it can fetch the file without us, if there is one.

        :param seconds: how long it works; an hour at most.
        :param name: what the file is called where it is saved.
        """
        ...


class BaseStore(Store, Protocol):
    """A store that holds the bytes themselves."""

    def replace(self, key: str, data: bytes) -> None:
        """Put a small file in its place at once, over whatever is there."""
        ...
