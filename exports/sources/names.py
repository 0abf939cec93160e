"""Which names properties may have."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exports.sources.errors import PropertyRefused

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_names(names: Sequence[str], prefix: str) -> None:
    """That the names of properties which stand side by side can be told apart in a path.

    DuckDB renames a column whose name it holds already, so that its own names prove nothing.

    :param prefix: the path before them, for the message.
    :raises PropertyRefused: one cannot be used.
    """
    lowered = Counter(name.lower() for name in names)
    for name in names:
        if reason := _wrong(name):
            raise PropertyRefused(f"{prefix}{name}", reason)
        if lowered[name.lower()] > 1:
            same = names.count(name) > 1
            reason = "is the same." if same else "differs from it only in case."
            raise PropertyRefused(f"{prefix}{name}", f"another property's name {reason}")


def _wrong(name: str) -> str:
    if not name:
        return "it has no name."
    if "." in name:
        return "its name holds a dot, which stands between the names of a path."
    return "" if name.isprintable() else "its name holds a character that cannot be seen."
