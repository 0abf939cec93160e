"""The WSGI application, for gunicorn."""

from __future__ import annotations

import logging
import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Models can be imported only now.
from config.warm import warm_up  # noqa: E402
from exports.domain.storage import store_check  # noqa: E402
from exports.stores.errors import StoreError  # noqa: E402

try:
    store_check()
except StoreError as error:
    logging.getLogger("exports").critical("%s", error)
    # What gunicorn takes for a worker that could not boot: it ends, and does not try again.
    sys.exit(3)

warm_up()
