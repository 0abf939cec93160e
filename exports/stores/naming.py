"""What a key is: names joined by ``/``, none of which leads anywhere else."""

from __future__ import annotations

import re

from exports.stores.errors import KeyInvalid

PART = ".part"  # ends the key of what was begun and never closed
NAME = re.compile(r"[^/\0]{1,200}")


def names_of(key: str) -> list[str]:
    """The names that a key is made of.

    :raises KeyInvalid: it is not names joined by ``/``.
    """
    names = key.split("/")
    if not all(NAME.fullmatch(name) and name not in (".", "..") for name in names):
        raise KeyInvalid(key)
    return names
