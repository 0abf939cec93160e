"""Logs go to standard error, a line each."""

from __future__ import annotations

from config.env import text

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": text("WAYBILL_LOG_LEVEL", "WARNING")},
    "loggers": {
        "exports": {"level": text("WAYBILL_LOG_LEVEL", "INFO")},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "rq.worker": {"level": "WARNING"},
    },
}
