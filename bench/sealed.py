"""The store that our results lie in: encrypted, as by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.stores.keyfile import KeyFile
from exports.stores.keys import MasterKeys
from exports.stores.local import LocalStore
from exports.stores.sealed import SIDECAR, SealedStore

if TYPE_CHECKING:
    from pathlib import Path


def store_in(folder: Path) -> SealedStore:
    """A store with a master key of its own, which lies beside it."""
    keys = KeyFile(folder / "master_key")
    keys.make()
    return SealedStore(LocalStore(folder), MasterKeys(keys.load))


def opened(path: Path) -> Path:
    """The file itself; where it is encrypted, a plain copy of it."""
    if not path.with_name(path.name + SIDECAR).exists():
        return path
    copy = path.with_name(f"plain-{path.name}")
    with copy.open("wb") as file:
        file.writelines(store_in(path.parent).open(path.name))
    return copy
