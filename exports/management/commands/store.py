"""``manage.py store``: the master key of the store: made, and replaced by a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError

from exports.domain.rotation import Rotation, master_key_rotate, master_keys_forget
from exports.domain.storage import key_file, master_key_make, master_keys, store_check
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Make the master key that seals the keys of all files, or replace it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("key", help="make the master key, unless there is one; say which it is")
        rotate = does.add_parser(
            "rotate", help="make a new master key, and seal anew what the old one has sealed"
        )
        rotate.add_argument(
            "--forget",
            action="store_true",
            help="make none: take the keys that are not needed any more out of the file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["does"] == "key":
                self._key()
            elif options["forget"]:
                self._tell(master_keys_forget(operator()), forgotten=True)
            else:
                self._tell(master_key_rotate(operator()), forgotten=False)
        except (OSError, StoreError) as error:
            raise CommandError(str(error)) from error

    def _key(self) -> None:
        made = master_key_make()
        store_check()
        self.stdout.write(f"The master key is {master_keys().current.id}, in {_where()}.")
        if made:
            self.stdout.write(BACK_UP)

    def _tell(self, done: Rotation, *, forgotten: bool) -> None:
        self.stdout.write(f"The master key is {done.current}, in {_where()}.")
        self.stdout.write(f"{done.resealed:,} secrets were sealed with it anew.")
        if done.damaged:
            raise CommandError("\n  ".join([DAMAGED, *sorted(done.damaged)]))
        if done.spare and forgotten:
            self.stdout.write(f"Taken out of the file: {', '.join(done.spare)}.")
        elif done.spare:
            self.stdout.write(f"Not needed any more: {', '.join(done.spare)}.")
            self.stdout.write(BACK_UP)
            self.stdout.write(FORGET if key_file() else DROP)


BACK_UP = "Back it up now, apart from the store: without it no result can be read."
DAMAGED = (
    "These could not be opened with any master key, so the keys are all kept. Try again; then "
    "delete their exports and run this once more:"
)
FORGET = "To take them out of the file: manage.py store rotate --forget"
DROP = "Take them out of WAYBILL_MASTER_KEY. Backups of the store that are older still need them."


def _where() -> str:
    return str(settings.MASTER_KEY_FILE) if key_file() else "WAYBILL_MASTER_KEY"
