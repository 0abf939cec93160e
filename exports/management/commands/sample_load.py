"""``manage.py sample_load``: the five sample collections, in the workspace ``demo``."""

from __future__ import annotations

from typing import Any

from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.management.sample import sample_load


class Command(WaybillCommand):
    help = "Load the sample collections that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        namespace, added = sample_load(actor=operator())
        self.stdout.write(f"{added} collections were added to {namespace.name}.")
