"""``manage.py worker``: waits for exports and runs them, one at a time."""

from __future__ import annotations

from typing import Any

from exports.management.command import WaybillCommand
from exports.management.ready import check_store
from exports.queue.worker import preload, work_until_asked


class Command(WaybillCommand):
    help = "Wait for exports and run them, one at a time. Start as many as the machine has cores."

    def handle(self, *args: Any, **options: Any) -> None:
        check_store()
        preload()
        work_until_asked()
