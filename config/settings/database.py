"""The database: SQLite under ``var/``, or PostgreSQL with ``DATABASE_URL``."""

from __future__ import annotations

from config.env import number, postgres, text
from config.settings.storage import VAR_DIR

_SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": VAR_DIR / "waybill.sqlite3",
    "OPTIONS": {
        # A transaction that begins as a reader and then writes fails at once when another
        # writer was faster; IMMEDIATE waits for its turn instead.
        "transaction_mode": "IMMEDIATE",
        "timeout": number("WAYBILL_SQLITE_TIMEOUT", 10),
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
    "TEST": {"NAME": VAR_DIR / "waybill.sqlite3"},
}

_URL = text("DATABASE_URL")

# Each thread of the web server keeps its connection: making one costs more than most requests.
_KEPT = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}

DATABASES = {"default": {**postgres(_URL), **_KEPT} if _URL else _SQLITE}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Once it is full it forgets, and whoever fills it would be free to try again.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
