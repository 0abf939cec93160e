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
    return base_store()


def base_store() -> Store:
    """What holds the bytes of results, as they lie there."""
    if not settings.S3_BUCKET:
        return LocalStore(settings.STORE_DIR)
    # boto3 takes a quarter of a second and 30 MB: only who needs it waits for it.
    from exports.domain.s3 import s3_store

    return s3_store()
