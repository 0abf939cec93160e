"""``manage.py signing rotate``: makes the key that signs manifests from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.signing import signing_rotate
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Make the key that signs manifests from now on. The public keys before it are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["rotate"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = signing_rotate(operator())
        except StoreError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{key.uid} signs from now on. Its public key: {key.public}")
