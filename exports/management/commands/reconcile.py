"""``manage.py reconcile``: makes good what lost wake-ups and lost workers left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exports.management.command import WaybillCommand
from exports.management.ready import check_store
from exports.queue.reconciler import reconcile_forever, reconcile_once
from exports.stopping import Stop, stop_on_signals

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Wake what waits, end runs whose worker is gone, remove files that are over."

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
