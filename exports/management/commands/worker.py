"""``manage.py worker``: waits for exports and runs them, one at a time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from exports.management.ready import check_store
from exports.queue.worker import preload, work_until_asked


class Command(BaseCommand):
    help = "Wait for exports and run them, one at a time. Start as many as the machine has cores."
    # Checking would load the pages and the API, which are the business of the web server.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        check_store()
        preload()
        work_until_asked()
