"""Why a message did not go. The text of each is what people read."""

from __future__ import annotations


class AddressRefused(Exception):
    """Messages never go to this address."""


class NotReached(Exception):
    """Nobody answered there, or not in time; a later try may do better."""
