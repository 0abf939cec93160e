"""Logs go to standard error: lines for people, or JSON for what collects them."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

from config.env import text
from config.production import is_production
from config.settings.security import SECRET_KEY
from exports.redaction import hide, secrets_of

hide(SECRET_KEY, *secrets_of(os.environ))

_FORMAT = text("WAYBILL_LOG", "json" if is_production() else "line")

if _FORMAT not in ("json", "line"):
    raise ImproperlyConfigured(f"WAYBILL_LOG must be line or json, not {_FORMAT!r}.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "exports.logs.LineFormatter"},
        "json": {"()": "exports.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": _FORMAT}},
    "root": {"handlers": ["stderr"], "level": text("WAYBILL_LOG_LEVEL", "WARNING")},
    "loggers": {
        "exports": {"level": text("WAYBILL_LOG_LEVEL", "INFO")},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "gunicorn.error": {"handlers": [], "propagate": True},
        "rq.worker": {"level": "WARNING"},
    },
}
