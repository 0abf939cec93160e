"""The helper processes of this process, which show data at once."""

from __future__ import annotations

import os
from functools import cache

from exports.engine.helpers import Helpers


def helpers() -> Helpers:
    """Started when they are first asked, and ended with this process."""
    return _of(os.getpid())


@cache
def _of(_process: int) -> Helpers:
    return Helpers()
