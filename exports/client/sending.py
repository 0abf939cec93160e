"""Files on their way to the service, which tell how much of them has gone."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Watched(io.FileIO):
    """A file that is read once, or from its start again where it is sent again.

    :param moved: is called with so many bytes, fewer than none where reading goes back.
    """

    def __init__(self, path: Path, moved: Callable[[int], None]) -> None:
        super().__init__(path, "rb")
        self._moved = moved

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(-1 if size is None else size) or b""
        self._moved(len(data))
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        before = self.tell()
        now = super().seek(offset, whence)
        self._moved(now - before)
        return now
