"""``manage.py key_list``: the API keys of a workspace that open something, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.keys import key_holds
from exports.management.command import WaybillCommand
from exports.models import Namespace

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "List a workspace's API keys that are neither revoked nor over; never their secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--namespace", required=True, help="its slug")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Namespace.objects.filter(slug=options["namespace"]).first()
        if found is None:
            raise CommandError(f"There is no workspace {options['namespace']!r}.")
        for key in filter(key_holds, found.keys.select_related("owner").order_by("-pk")):
            used = f"last used {key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
            over = f"over on {key.expires_at:%Y-%m-%d}"
            self.stdout.write(f"{key.uid}  {key}, of {key.owner.email}, {used}, {over}")
