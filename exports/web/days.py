"""Days as people type them in a filter."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def day_of(text: str) -> date | None:
    """None when it is no day such as 2026-03-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def midnight(day: date | None) -> datetime | None:
    """When a day begins, by UTC."""
    return datetime.combine(day, time.min, tzinfo=UTC) if day else None
