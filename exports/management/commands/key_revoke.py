"""``manage.py key_revoke``: an API key opens nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.keys import key_named, key_revoke
from exports.management.command import WaybillCommand
from exports.management.operator import operator

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Revoke an API key: it is refused from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="its id, as key_list shows it, or the key itself")

    def handle(self, *args: Any, **options: Any) -> None:
        key = key_named(options["key"])
        if key is None:
            raise CommandError("There is no such key. See manage.py key_list.")
        key_revoke(key, actor=operator())
        self.stdout.write(f"{key.uid} opens nothing any more.")
