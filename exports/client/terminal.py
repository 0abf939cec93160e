"""Texts that others wrote, on their way to a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """Without what would move the cursor, colour or ring: anybody may have written a label."""
    return "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in text)
