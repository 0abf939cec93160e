"""``manage.py principal_create``: names the identities that the data knows somebody by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.errors import InvalidRequest
from exports.domain.principals import principal_create
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.models import Namespace

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Make a principal: exports that run as it bring only what its identities may read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--namespace", required=True, help="its slug")
        parser.add_argument(
            "--identity",
            action="append",
            default=[],
            metavar="TEXT",
            help="what access lists hold for it; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        namespace = Namespace.objects.filter(slug=options["namespace"]).first()
        if namespace is None:
            raise CommandError(f"There is no workspace {options['namespace']!r}.")
        try:
            made = principal_create(
                namespace=namespace,
                name=options["name"],
                identities=options["identity"],
                actor=operator(),
            )
        except InvalidRequest as error:
            raise CommandError(error.errors[0].message) from error
        self.stdout.write(f"{made.uid}  {made.name}")
