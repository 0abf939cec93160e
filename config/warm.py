"""What a web process does before its first request."""

from __future__ import annotations

import atexit
import gc

from django.conf import settings
from django.utils.module_loading import import_string


def warm_up() -> None:
    """Load the pages and the API, and take all that is loaded out of the garbage collector.

    It stays as long as the process does; going through it would make some request wait for 200 ms
    every now and then.
    """
    import_string(f"{settings.ROOT_URLCONF}.urlpatterns")
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # libraries would complain of what is not freed at the end
