"""The helper processes of this process, which show data at once."""

from __future__ import annotations

import os
from functools import cache

from exports.engine.helpers import Helpers

_PICTURES = 100  # may wait: a page asks for all of its own at once


def helpers() -> Helpers:
    """Started when they are first asked, and ended with this process."""
    return _of(os.getpid())


def picture_helpers() -> Helpers:
    """One apart for pictures, so that a page full of them keeps nobody's preview waiting."""
    return _for_pictures(os.getpid())


@cache
def _of(_process: int) -> Helpers:
    return Helpers()


@cache
def _for_pictures(_process: int) -> Helpers:
    return Helpers(size=1, waiting=_PICTURES)
