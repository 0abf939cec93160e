"""``manage.py key_create``: makes an API key, and prints only the key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils import timezone

from exports.domain.access import caller_for
from exports.domain.errors import DomainError
from exports.domain.keys import key_create
from exports.domain.principals import principal_find
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.models import Scope, User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Make an API key for a person, and print only the key. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--namespace", required=True, help="its slug or id")
        parser.add_argument("--owner", required=True, help="the e-mail address of a member")
        parser.add_argument("--label", default="Made on the command line")
        parser.add_argument("--days", type=int, default=365, help="how long it lives (365)")
        parser.add_argument("--principal", default="", help="as whom it runs, whatever it asks")
        parser.add_argument(
            "--collection",
            action="append",
            metavar="NAME",
            help="all that it may see; may be given several times (those of its owner)",
        )
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do; may be given several times (all that the owner may)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(email__iexact=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no person with the address {options['owner']}.")
        try:
            caller = caller_for(owner, options["namespace"])
            names, principal = options["collection"], options["principal"]
            _, text = key_create(
                namespace=caller.namespace,
                owner=owner,
                label=options["label"],
                scopes=options["scope"] or [Scope.ADMIN],
                expires_at=_ends(options["days"]),
                principal=principal_find(caller.namespace, principal) if principal else None,
                collections=names and [caller.collection(name) for name in names],
                actor=operator(),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text)


def _ends(days: int) -> datetime:
    if not 0 < days <= 365:
        raise CommandError("A key lives for a year at most: --days takes 1 to 365.")
    return timezone.now() + timedelta(days=days)
