"""Files that lie on another machine: what is asked of whoever can read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SCHEME = "s3://"


@dataclass(frozen=True, slots=True)
class ObjectState:
    """An object at one moment: another ``etag`` is another content; the size is in bytes."""

    path: str
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class ObjectListed:
    """An object in a folder, or a folder in it, whose path ends in ``/``; the size is in bytes."""

    path: str
    size: int = 0
    changed_at: datetime | None = None

    @property
    def is_folder(self) -> bool:
        return self.path.endswith("/")


class Remote(Protocol):
    """Reads objects by their paths, ``s3://bucket/key``. Safe to send to another process.

    Every method but :meth:`allows` raises ``SourceAway`` when the other machine does not answer.
    """

    def allows(self, path: str) -> bool:
        """Whether the operator allows what lies there."""
        ...

    def state(self, path: str) -> ObjectState:
        """The object as it is now.

        :raises SourceMissing: there is none.
        """
        ...

    def members(self, folder: str) -> list[str]:
        """The paths of the objects directly below one that ends in ``/``."""
        ...

    def look(self, folder: str) -> Iterator[ObjectListed]:
        """What lies directly below a path that ends in ``/``: objects and further folders."""
        ...

    def read(self, path: str, etag: str = "") -> Iterator[bytes]:
        """The bytes of an object, all of one state, in chunks.

        :param etag: the state in which it must be; empty: as it is.
        :raises SourceMissing: there is none.
        :raises SourceMoved: it is in another state.
        """
        ...


def is_remote(path: str) -> bool:
    """Whether a path is that of an object on another machine."""
    return path.startswith(SCHEME)
