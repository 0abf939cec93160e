"""What a long-running command makes sure of before it begins."""

from __future__ import annotations

from django.core.management.base import CommandError

from exports.domain.storage import store_check
from exports.stores.errors import StoreError


def check_store() -> None:
    """:raises CommandError: the store cannot be used; among others, its master key is not ours."""
    try:
        store_check()
    except StoreError as error:
        raise CommandError(str(error)) from error
