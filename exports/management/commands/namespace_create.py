"""``manage.py namespace_create``: makes a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.errors import InvalidRequest
from exports.domain.people import namespace_create
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.management.workspace import settings_add, settings_given

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Make a workspace: everything belongs to one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="its name in addresses: a-z, 0-9 and hyphens")
        parser.add_argument("--name", required=True, help="its name on pages")
        settings_add(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = namespace_create(
                slug=options["slug"],
                name=options["name"],
                actor=operator(),
                **settings_given(options),
            )
        except InvalidRequest as error:
            raise CommandError(error.errors[0].message) from error
        self.stdout.write(f"{made.uid}  {made.slug}")
