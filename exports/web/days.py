"""Days as an address names them, by UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta


def day_read(text: str) -> date | None:
    """None where it is no day such as 2026-12-31."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def day_begins(day: date | None) -> datetime | None:
    """Its first moment."""
    return datetime.combine(day, time.min, tzinfo=UTC) if day else None


def day_ends(day: date | None) -> datetime | None:
    """The first moment after it; None also where no such can be told."""
    return day_begins(day + timedelta(days=1)) if day and day < date.max else None
