"""``manage.py reconcile``: makes good what lost wake-ups and lost workers left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from exports.management.ready import check_store
from exports.queue.reconciler import reconcile_forever, reconcile_once
from exports.stopping import Stop, stop_on_signals

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Wake what waits, end runs whose worker is gone, remove files that are over."
    # Checking would load the pages and the API, which are the business of the web server.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        check_store()
        if options["once"]:
            self.stdout.write(str(reconcile_once()))
            return
        stop = Stop()
        stop_on_signals(stop)
        reconcile_forever(stop)
