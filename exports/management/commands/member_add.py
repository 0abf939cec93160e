"""``manage.py member_add``: gives a person a role in a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email
from django.db import transaction

from exports.domain.errors import DomainError
from exports.domain.members import member_add
from exports.domain.people import password_make
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.models import Namespace, Role, User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Give a person a role in a workspace. Who is new gets a password, which is printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--namespace", required=True, help="its slug")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--name", default="", help="the person's name, for who is new")
        parser.add_argument("--principal", default="", help="as whom he runs, whatever he asks")
        parser.add_argument(
            "--collection",
            action="append",
            default=[],
            metavar="NAME:RIGHT",
            help="what an exporter is given, such as flights:export; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        namespace = Namespace.objects.filter(slug=options["namespace"]).first()
        if namespace is None:
            raise CommandError(f"There is no workspace {options['namespace']!r}.")
        email, password = options["email"], ""
        rights = dict(_right(text) for text in options["collection"])
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is no e-mail address.") from None
        try:
            with transaction.atomic():
                user = User.objects.filter(email__iexact=email).first()
                if user is None:
                    password = password_make()
                    user = User.objects.create_user(email, password, name=options["name"])
                member_add(
                    namespace=namespace,
                    user=user,
                    role=options["role"],
                    principal=options["principal"],
                    rights=rights,
                    actor=operator(),
                )
        except DomainError as error:
            told = [f"{each.path}: {each.message}" for each in error.errors]
            raise CommandError("\n".join(told) or error.message) from error
        self.stdout.write(f"{user.email} is {options['role']} of {namespace.slug}.")
        if password:
            self.stdout.write(f"Password: {password}")


def _right(text: str) -> tuple[str, str]:
    name, colon, right = text.rpartition(":")
    if not colon:
        raise CommandError(f"--collection takes NAME:RIGHT, not {text!r}.")
    return name, right
