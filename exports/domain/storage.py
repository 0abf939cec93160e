"""The store that the settings name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from exports.stores.local import LocalStore

if TYPE_CHECKING:
    from exports.stores.base import Store


@cache
def result_store() -> Store:
    """Where results lie."""
    return LocalStore(settings.STORE_DIR)
