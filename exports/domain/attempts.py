"""What lies in the store of attempts that another one followed: nobody will ever publish it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db.models import Q

from exports.domain.claims import attempts_prefix
from exports.domain.clock import database_now
from exports.models import Export, State
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from exports.stores.base import Store

logger = logging.getLogger(__name__)


def attempts_clear(store: Store) -> int:
    """Remove the files of attempts that are not current. Returns of how many exports.

    One that was published after others were lost is looked at once: its lease says so until
    then.
    """
    waits = Q(state=State.PENDING, attempt__gte=1, lease_until__lt=database_now())
    runs = Q(state=State.RUNNING, attempt__gte=2)
    published = Q(state=State.READY, attempt__gte=2, lease_until__isnull=False)
    cleared = 0
    for export in Export.objects.filter(waits | runs | published).select_related("namespace"):
        try:
            cleared += _clear(store, export)
        except (OSError, StoreError):
            # The next round tries again; the others must not wait for it.
            logger.exception("%s: what lost attempts left could not be removed", export.uid)
            continue
        Export.objects.filter(pk=export.pk, state=State.READY).update(lease_until=None)
    return cleared


def delete_below(store: Store, prefix: str) -> None:
    """Remove all that lies below a prefix, what was never closed included.

    :raises OSError, StoreError: the store does not do it.
    """
    for key in list(store.list(prefix)):
        store.delete(key)


def _clear(store: Store, export: Export) -> bool:
    """The state was read before the keys are, so that none of a later attempt is taken."""
    over = export.attempt + (export.state == State.PENDING)
    prefix = f"{attempts_prefix(export)}/"
    keys = [key for key in store.list(prefix) if _is_before(over, key.removeprefix(prefix))]
    for key in keys:
        store.delete(key)
    return bool(keys)


def _is_before(over: int, name: str) -> bool:
    """Whether it is of an attempt before that one; what no attempt wrote stays."""
    number = name.partition("/")[0]
    return number.isdecimal() and int(number) < over
