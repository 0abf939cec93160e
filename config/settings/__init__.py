"""All settings; one file per concern. Each reads the environment through ``config.env``."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from config.absent import keep_out
from config.production import is_production, production_faults
from config.settings import accounts, apps, jobs, security
from config.settings.accounts import *  # noqa: F403
from config.settings.apps import *  # noqa: F403
from config.settings.database import *  # noqa: F403
from config.settings.jobs import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.notices import *  # noqa: F403
from config.settings.s3 import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.storage import *  # noqa: F403

keep_out()

if is_production():
    _faults = production_faults(
        debug=apps.DEBUG,
        https=security.SESSION_COOKIE_SECURE,
        hosts=security.ALLOWED_HOSTS,
        secret_key=security.SECRET_KEY,
        redis_url=jobs.REDIS_URL,
        metrics_token=security.METRICS_TOKEN,
        oidc_url=accounts.OIDC_URL,
    )
    if _told := " ".join(_faults):
        raise ImproperlyConfigured(_told)
