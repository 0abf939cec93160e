"""``manage.py namespace_change``: changes a workspace's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.errors import InvalidRequest
from exports.domain.people import namespace_change
from exports.domain.quota import usage_of
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.management.workspace import settings_add, settings_given
from exports.models import Namespace

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Change a workspace's settings, and print all of them. What is not named stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="its name in addresses")
        parser.add_argument("--name", help="its name on pages")
        settings_add(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        found = Namespace.objects.filter(slug=options["slug"]).first()
        if found is None:
            raise CommandError(f"There is no workspace {options['slug']!r}.")
        changes = settings_given(options)
        if options["name"] is not None:
            changes["name"] = options["name"]
        try:
            changed = namespace_change(found, actor=operator(), **changes)
        except InvalidRequest as error:
            raise CommandError("\n".join(each.message for each in error.errors)) from error
        self.stdout.write(_told(changed))


def _told(namespace: Namespace) -> str:
    usage = usage_of(namespace)
    limit = "no limit" if usage.quota is None else f"a quota of {usage.quota:,} bytes"
    days = namespace.retention.total_seconds() / 86_400
    return (
        f"{namespace.uid}  {namespace.slug}  {namespace.name}\n"
        f"{usage.used:,} bytes used, {limit}\n"
        f"results are kept for {days:g} days, {namespace.max_running} run at once"
    )
