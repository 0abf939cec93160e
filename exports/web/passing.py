"""Which database errors pass by themselves."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection

# SQLite calls all sorts of things operational, a missing table too.
_SQLITE = ("locked", "busy", "unable to open", "disk i/o")


def is_passing(error: BaseException | None) -> bool:
    """Whether the database is locked or away for the moment, and will answer again."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    text = str(error).lower()
    return connection.vendor != "sqlite" or any(each in text for each in _SQLITE)
