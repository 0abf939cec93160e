"""The refusal of a filter that is written in two dialects at once."""

from __future__ import annotations

from exports.query.errors import Invalid


def mixed(at: str) -> Invalid:
    """The error for a place where the other dialect begins."""
    return Invalid(
        at,
        "The filter is written in two ways at once: AND, OR, NOT and field belong to one, "
        "$and, $gt and the like to the other. Use one of them throughout.",
    )
