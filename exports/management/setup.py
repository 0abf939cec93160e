"""Makes a fresh state folder ready: master key, database, sample, the first administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from exports.domain.access import Caller, caller_for
from exports.domain.audit import SYSTEM
from exports.domain.members import member_add
from exports.domain.people import password_make
from exports.domain.storage import master_key_make, store_check
from exports.management.sample import sample_load
from exports.models import Role, User

if TYPE_CHECKING:
    from pathlib import Path

    from exports.models import Namespace

ADMIN = "admin@example.org"


@dataclass(frozen=True, slots=True)
class Ready:
    """What was made ready: the workspace, its administrator, and his first password.

    :ivar key_made: the master key is new, and wants to be backed up.
    """

    namespace: Namespace
    admin: User
    password: str
    key_made: bool = False

    @property
    def caller(self) -> Caller:
        return caller_for(self.admin, self.namespace.slug)


def set_up() -> Ready:
    """Everything that a first start needs; what is there already is kept.

    :raises StoreError: the store cannot be used with these settings; the text says why.
    """
    key_made = master_key_make()
    store_check()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    namespace, _ = sample_load(actor=SYSTEM)
    admin, password = _administrator(namespace)
    return Ready(namespace, admin, password, key_made)


def _administrator(namespace: Namespace) -> tuple[User, str]:
    """The first administrator, and his password for as long as it is the one that was made."""
    file: Path = settings.VAR_DIR / "credentials"
    admin = User.objects.filter(email=ADMIN).first()
    if admin is None:
        password = password_make()
        file.touch(mode=0o600)
        file.write_text(password)
        with transaction.atomic():
            admin = User.objects.create_user(ADMIN, password, name="Administrator")
            member_add(namespace=namespace, user=admin, role=Role.ADMIN, actor=SYSTEM)
    password = file.read_text() if file.exists() else ""
    return admin, password if admin.check_password(password) else ""
