"""``manage.py second_factor_remove``: for somebody who has lost telephone and recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.secondfactor import second_factor_remove
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.models import User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Take away a person's second factor and its recovery codes. The password stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no person with the address {options['email']}.")
        if not second_factor_remove(user, actor=operator()):
            raise CommandError(f"{user.email} has no second factor.")
        self.stdout.write(f"{user.email} signs in with the password alone now.")
