"""``manage.py up``: the whole service on this machine, with the sample. ``make run`` calls it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse

from exports.domain.errors import DomainError
from exports.domain.exports import export_create
from exports.domain.requests import request_parse
from exports.management.command import WaybillCommand
from exports.management.commands.store import BACK_UP
from exports.management.group import Group, GroupFailed
from exports.management.service import HOST, CannotStart, check_port, lock_var, start_all
from exports.management.setup import Ready, set_up
from exports.models import Export, State
from exports.stopping import stop_on_signals
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from argparse import ArgumentParser

FIRST = {
    "label": "Late flights",
    "description": "Flights that left more than an hour late: the first export made here.",
    "collection": "flights",
    "format": "jsonl",
    "where": {"field": "departure.delay_minutes", "operator": "gt", "value": 60},
}


class Command(WaybillCommand):
    help = "Start Valkey, web server, workers, reconciler and deliverer as one; Ctrl-C stops them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        # By which the messages that its processes send lead back to it.
        os.environ.setdefault("WAYBILL_PUBLIC_URL", f"http://{HOST}:{options['port']}")
        group = Group()
        stop_on_signals(group.stop)
        try:
            with lock_var():
                check_port(options["port"])
                ready = set_up()
                address = start_all(group, options["port"])
                export = first_export(ready, group)
                if not group.stop.is_set():
                    self._greet(ready, address, export)
                group.watch()
                self.stdout.write("Stopping.")
        except (CannotStart, GroupFailed, DomainError, StoreError) as error:
            raise CommandError(str(error)) from error
        finally:
            group.end()

    def _greet(self, ready: Ready, address: str, export: Export) -> None:
        self.stdout.write(f"\nAn export that was made through the queue: {export.label}")
        self.stdout.write(
            f"  it is {export.get_state_display().lower()}, {export.rows_done:,} rows"
        )
        for file in export.listed_files:
            self.stdout.write(f"  {file.name}  {file.bytes:,} bytes")
        page = reverse("web:export", args=[ready.namespace.slug, export.uid])
        self.stdout.write(f"  download them at {address}{page}")
        if settings.STORE_ENCRYPTED:
            self.stdout.write(f"  they lie encrypted in {settings.STORE_DIR}")
        self.stdout.write(f"\nWaybill   {address}")
        self.stdout.write(f"E-mail    {ready.admin.email}")
        password = ready.password or "the one you set"
        self.stdout.write(f"Password  {password}")
        self.stdout.write(f"State     {settings.VAR_DIR}")
        if ready.key_made:
            self.stdout.write(f"\nThe master key was made: {settings.MASTER_KEY_FILE}")
            self.stdout.write(BACK_UP)
        self.stdout.write("\nCtrl-C stops everything.")
        self.stdout.flush()


def first_export(ready: Ready, group: Group, seconds: float = 60) -> Export:
    """The export that shows that all parts work together; made when none is there to show it."""
    there = Export.objects.filter(namespace=ready.namespace, state=State.READY, deleted_at=None)
    export = there.order_by("pk").first()
    if export is None:
        export, _ = export_create(ready.caller, request_parse(FIRST))
    # What an earlier start was stopped in holds the workspace until its lease is over.
    deadline = time.monotonic() + settings.EXPORT_LEASE.total_seconds() + seconds
    while export.is_active and not group.stop.is_set():
        if time.monotonic() > deadline:
            raise CannotStart("The first export does not end; see the log above.")
        time.sleep(0.1)
        export.refresh_from_db()
    if export.state == State.ERROR:
        raise CannotStart(f"The first export failed: {export.reason}. See the log above.")
    return export
