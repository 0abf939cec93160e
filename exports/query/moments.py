"""Dates and times as they are written in a filter: ISO 8601, exact to the nanosecond."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

SECOND = 10**9
DAY = 86_400 * SECOND

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST = (date.min.toordinal() - _EPOCH) * DAY
_END = (date.max.toordinal() - _EPOCH + 1) * DAY

_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
_ZONE = r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<ahead>\d\d)(?::?(?P<more>\d\d))?)"
_TIME = re.compile(_CLOCK, re.ASCII)
_MOMENT = re.compile(rf"(?P<date>\d{{4}}-\d\d-\d\d)(?:[Tt ]{_CLOCK}(?: ?{_ZONE})?)?", re.ASCII)


def moment(text: str) -> int | None:
    """Nanoseconds since 1970 in UTC; ``None`` when the text is no date or time.

    A date is its midnight; what has no offset is UTC.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found["date"]).toordinal() - _EPOCH
        since = day * DAY + (_clock(found) if found["hour"] else 0) - _offset(found)
    except ValueError:
        return None
    return since if _FIRST <= since < _END else None


def clock(text: str) -> int | None:
    """Nanoseconds since midnight; ``None`` when the text is no time of day."""
    found = _TIME.fullmatch(text)
    try:
        return _clock(found) if found else None
    except ValueError:
        return None


def moment_text(since: int) -> str:
    """``2013-07-04T10:30:00.5Z``, with as many decimals as needed."""
    day, rest = divmod(since, DAY)
    return f"{date_text(day * DAY)}T{clock_text(rest)}Z"


def date_text(since: int) -> str:
    """``2013-07-04``: the day in which the moment lies."""
    return (date(1970, 1, 1) + timedelta(days=since // DAY)).isoformat()


def clock_text(since: int) -> str:
    """``10:30:00.5``, with as many decimals as needed."""
    seconds, fraction = divmod(since, SECOND)
    whole = time(seconds // 3600, seconds // 60 % 60, seconds % 60).isoformat()
    return f"{whole}.{fraction:09d}".rstrip("0") if fraction else whole


def _clock(found: re.Match[str]) -> int:
    at = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return seconds * SECOND + int((found["fraction"] or "").ljust(9, "0"))


def _offset(found: re.Match[str]) -> int:
    if not found["sign"]:
        return 0
    ahead = time(int(found["ahead"]), int(found["more"] or 0))
    seconds = ahead.hour * 3600 + ahead.minute * 60
    return seconds * SECOND * (-1 if found["sign"] == "-" else 1)
