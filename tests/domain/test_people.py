"""Workspaces are changed while others work in them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from exports.domain.audit import SYSTEM
from exports.domain.people import namespace_change
from exports.models import Namespace

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Export


@pytest.mark.django_db(transaction=True)
def test_a_change_and_an_export_that_is_being_accepted_do_not_lock_each_other_out(
    demo: Namespace, make_export: Callable[..., Export]
) -> None:
    """The export, which holds the history's head, looks at its workspace when it commits."""
    accepted, changing = Event(), Event()

    def accept() -> None:
        try:
            with transaction.atomic():
                make_export()
                accepted.set()
                changing.wait(10)
                time.sleep(0.3)  # until the change waits for the head, inside the database
        finally:
            connection.close()

    def change() -> None:
        accepted.wait(10)
        changing.set()
        try:
            namespace_change(demo, actor=SYSTEM, max_running=2)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(accept), threads.submit(change)]:
            each.result()

    demo.refresh_from_db()
    assert (demo.max_running, demo.exports.count()) == (2, 1)
