"""Tells a picture by its first bytes, whatever its name says; nothing that can hold a script."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from exports.engine.errors import SourceInvalid

if TYPE_CHECKING:
    from exports.engine.fileroot import FileRoot

LARGEST = 8 << 20  # bytes
_CHUNK = 1 << 18
_SIGNS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


class NoPicture(Exception):
    """The file is none that is shown: of another kind, or too large."""


def picture_type(start: bytes) -> str:
    """What a file that begins so is; empty when it is no picture that is shown."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS.items() if start.startswith(sign)), "")


def picture_read(root: FileRoot, origin: str) -> tuple[str, bytes]:
    """The type and the bytes of a picture.

    :raises NoPicture: it is none, or has more than ``LARGEST`` bytes.
    :raises FileMissing: there is no such file.
    :raises EngineError: it could not be read.
    """
    data, kind = bytearray(), ""
    with closing(root.open(origin)) as stream:
        while True:
            try:
                chunk = stream.read(_CHUNK)
            except OSError as error:
                raise SourceInvalid from error
            if not chunk:
                break
            data += chunk
            kind = kind or picture_type(bytes(data[:16]))
            if len(data) > LARGEST or (len(data) >= 16 and not kind):
                raise NoPicture
    if not kind:
        raise NoPicture
    return kind, bytes(data)
