"""Reads the files of one collection that waits for it. It runs in a process of its own."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from exports.domain.claims import something_waits
from exports.domain.preparing import (
    collection_waits,
    preparation_claim,
    preparation_hold,
    preparation_run,
)
from exports.wakeups import wake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.domain.preparing import Preparation

logger = logging.getLogger(__name__)


def prepare_claimed() -> bool:
    """Prepare the collection that waited longest. Returns whether there was one."""
    claim = preparation_claim()
    if claim is None:
        return False
    if something_waits():
        wake()  # exports do not wait for it
    logger.info("%s: attempt %s to read its files", claim.collection.uid, claim.attempt)
    with _held(claim):
        preparation_run(claim)
    if collection_waits():
        wake()
    return True


@contextmanager
def _held(claim: Preparation) -> Iterator[None]:
    """Nobody else begins meanwhile, however long it takes."""
    stop = Event()
    thread = Thread(target=_hold, args=(claim, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _hold(claim: Preparation, stop: Event) -> None:
    try:
        while not stop.wait(settings.EXPORT_LEASE.total_seconds() / 4):
            try:
                if not preparation_hold(claim):
                    return
            except DatabaseError as error:
                logger.warning("%s: no answer: %s", claim.collection.uid, type(error).__name__)
                connection.close()
    finally:
        connection.close()  # that of this thread
