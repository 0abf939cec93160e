"""The store that the settings name, and the keys to what is sealed."""

from __future__ import annotations

from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from exports.stores.keys import MasterKeys
from exports.stores.local import LocalStore

if TYPE_CHECKING:
    from exports.stores.base import Store


@cache
def result_store() -> Store:
    """Where results lie."""
    return LocalStore(settings.STORE_DIR)


@cache
def master_keys() -> MasterKeys:
    """What seals the secrets that the database holds."""
    return MasterKeys([b64decode(each) for each in settings.MASTER_KEYS])
