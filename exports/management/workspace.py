"""What the commands that make and change workspaces are told: room, time, runs at once."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping

NO_LIMIT = "none"
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_SIZE = re.compile(r"([0-9]{1,15})\s*([kmgt]?b)?", re.IGNORECASE)
_LONGEST = 36_500  # days


def settings_add(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--quota",
        type=quota,
        help="how much room its results may take up, such as 500GB; none: no limit",
    )
    parser.add_argument("--retention", type=days, help="for how many days results are kept (7)")
    parser.add_argument("--max-running", type=int, help="how many exports run at once (1)")


def settings_given(options: Mapping[str, Any]) -> dict[str, Any]:
    """What the domain takes; without those that were not named."""
    given = {name: options[name] for name in ("quota", "retention", "max_running")}
    named = {name: value for name, value in given.items() if value is not None}
    return named | ({"quota": None} if named.get("quota") == NO_LIMIT else {})


def quota(text: str) -> int | str:
    """Bytes, in powers of a thousand: ``10 GB``; or that there is no limit."""
    if text.lower() == NO_LIMIT:
        return NO_LIMIT
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ArgumentTypeError(f"{text!r} is no size: write 500MB, 10GB, or none.")
    return int(found[1]) * _UNITS[(found[2] or "").lower()]


def days(text: str) -> timedelta:
    """A length of time, in days; half a day is ``0.5``."""
    try:
        count = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number of days.") from None
    if not 0 < count <= _LONGEST:
        raise ArgumentTypeError(f"Choose more than 0 and at most {_LONGEST:,} days.")
    return timedelta(days=count)
