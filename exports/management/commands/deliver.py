"""``manage.py deliver``: sends webhooks and e-mail about exports that have ended, runs scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exports.management.command import WaybillCommand
from exports.management.ready import check_store
from exports.queue.deliverer import deliver_forever, deliver_once
from exports.stopping import Stop, stop_on_signals

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Deliver what is to be told of exports that have ended, and run their scripts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        check_store()
        if options["once"]:
            self.stdout.write(f"{deliver_once()} done")
            return
        stop = Stop()
        stop_on_signals(stop)
        deliver_forever(stop)
