"""What is wrong with a request, in words for the person who wrote it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


FEW = 5  # names that are told when none is close


class Invalid(ValueError):
    """The request cannot be carried out as it was written.

    :param path: the place in the request, dotted: ``where.AND.0.value``.
    :param message: one sentence that says what is wrong and what to do about it.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message

    def under(self, prefix: str) -> Invalid:
        """The same error, seen from a place further out."""
        path = f"{prefix}.{self.path}" if self.path else prefix
        return type(self)(path, self.message)


class UnknownProperty(Invalid):
    """A path names a property that the schema does not have."""


class TooLarge(Invalid):
    """A bound on the size of the filter is passed."""


def instead(name: str, known: Iterable[str]) -> str:
    """A sentence that names real names instead of a wrong one: the closest, or the first few."""
    names = list(known)
    few = ", ".join(repr(each) for each in names[:FEW])
    more = len(names) - FEW
    rest = f" and {more} more" if more > 0 else ""
    return nearest(name, names) or (f" There are {few}{rest}." if few else "")


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the real names closest to a wrong one; empty when none is close."""
    folded: dict[str, str] = {}
    for each in known:
        folded.setdefault(each.lower(), each)
    close = [folded[each] for each in get_close_matches(name.lower(), folded, n=3, cutoff=0.5)]
    return f" Did you mean {' or '.join(repr(each) for each in close)}?" if close else ""
