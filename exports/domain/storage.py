"""The store that the settings name, and the master keys that open it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from exports.stores.errors import StoreUnfit
from exports.stores.keycheck import check_plain, check_sealed, is_sealed
from exports.stores.keyfile import KeyFile
from exports.stores.keys import MasterKeys, parse
from exports.stores.local import LocalStore
from exports.stores.sealed import SealedStore

if TYPE_CHECKING:
    from exports.stores.base import BaseStore, Store


@cache
def result_store() -> Store:
    """Where results lie."""
    if settings.STORE_ENCRYPTED:
        return SealedStore(base_store(), master_keys())
    return base_store()


def base_store() -> BaseStore:
    """What holds the bytes of results, as they lie there."""
    if not settings.S3_BUCKET:
        return LocalStore(settings.STORE_DIR)
    # boto3 takes a quarter of a second and 30 MB: only who needs it waits for it.
    from exports.domain.s3 import s3_store

    return s3_store()


@cache
def master_keys() -> MasterKeys:
    """The keys that seal those of files, and every other secret that is kept."""
    file = key_file()
    if file:
        return MasterKeys(file.load)
    given = parse(settings.MASTER_KEY, "WAYBILL_MASTER_KEY")
    return MasterKeys(lambda: given)


def key_file() -> KeyFile | None:
    """The file of the master keys; None when they are in the environment."""
    return None if settings.MASTER_KEY else KeyFile(settings.MASTER_KEY_FILE)


def store_check() -> None:
    """To be called by each process before it touches results.

    :raises StoreError: the store cannot be used with these settings; the text says why.
    """
    if settings.STORE_ENCRYPTED:
        check_sealed(base_store(), master_keys())
    else:
        check_plain(base_store())
        _ = master_keys().all  # by which the keys that sign are sealed


def master_key_make() -> bool:
    """Make the file of the master key, unless there are keys. Returns whether it was made.

    :raises StoreUnfit: the store holds what another master key has sealed.
    """
    file = key_file()
    if file is None or file.path.exists():
        return False
    if is_sealed(base_store()):
        raise StoreUnfit(
            f"The store holds encrypted files, and their master key is not in {file.path}. Bring "
            "it back from its backup, or name another store."
        )
    return file.make()
