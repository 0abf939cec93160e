"""Numbers, sizes and times as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_UNITS = ("kB", "MB", "GB", "TB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def number(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


def size(value: int | None) -> str:
    """Bytes, in powers of a thousand: ``3.4 MB``."""
    if value is None:
        return "—"
    if value < 1000:
        return f"{value} B"
    amount, units = float(value), list(_UNITS)
    while amount >= 999.5 and units:
        amount, unit = amount / 1000, units.pop(0)
    return f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.1f} {unit}"


def duration(seconds: float | None) -> str:
    """A length of time, in at most two units: ``3 min 12 s``."""
    if seconds is None:
        return "—"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def ago(moment: datetime, now: datetime) -> str:
    """How long since: ``3 min ago``; after a month, the day."""
    seconds = (now - moment).total_seconds()
    if seconds < 10:
        return "just now"
    if seconds > 30 * _DAY:
        return f"{moment:%-d %b %Y}"
    return f"{_roughly(seconds)} ago"


def until(moment: datetime, now: datetime) -> str:
    """How long still: ``6 days``."""
    seconds = (moment - now).total_seconds()
    # What has just begun to run out still has all of its days.
    return _roughly(seconds + _HOUR if seconds > _DAY else seconds) if seconds > 0 else "now"


def absolute(moment: datetime) -> str:
    return f"{moment:%-d %B %Y, %H:%M:%S} UTC"


def _roughly(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h"
    days = int(seconds // _DAY)
    return "1 day" if days == 1 else f"{days} days"
