"""``manage.py member_add``: gives a person a role in a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from exports.domain.people import member_add, password_make
from exports.management.operator import operator
from exports.models import Namespace, Role, User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Give a person a role in a workspace. Who is new gets a password, which is printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--namespace", required=True, help="its slug")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--name", default="", help="the person's name, for who is new")

    def handle(self, *args: Any, **options: Any) -> None:
        namespace = Namespace.objects.filter(slug=options["namespace"]).first()
        if namespace is None:
            raise CommandError(f"There is no workspace {options['namespace']!r}.")
        email, password = options["email"], ""
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is no e-mail address.") from None
        with transaction.atomic():
            user = User.objects.filter(email__iexact=email).first()
            if user is None:
                password = password_make()
                user = User.objects.create_user(email, password, name=options["name"])
            member_add(namespace=namespace, user=user, role=options["role"], actor=operator())
        self.stdout.write(f"{user.email} is {options['role']} of {namespace.slug}.")
        if password:
            self.stdout.write(f"Password: {password}")
