"""Who asks, in which namespace, and what he may do there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db import transaction

from exports.domain.audit import Actor, audit_append
from exports.domain.clock import database_now
from exports.domain.errors import Forbidden, Gone, NotFound
from exports.models import (
    ApiKey,
    Collection,
    Export,
    ExportFile,
    Membership,
    Namespace,
    Role,
    Scope,
    State,
    User,
)

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.db.models import QuerySet

ROLE_SCOPES: dict[str, frozenset[str]] = {
    Role.ADMIN: frozenset(Scope.values),
    Role.EXPORTER: frozenset({Scope.EXPORTS_READ, Scope.EXPORTS_WRITE, Scope.DOWNLOADS_READ}),
    Role.AUDITOR: frozenset({Scope.EXPORTS_READ, Scope.AUDIT_READ}),
}


@dataclass(frozen=True)
class Caller:
    """A person, or a key of his, inside one namespace.

    Every query about exports, collections and events starts here, so that none can forget
    the namespace. What is not the caller's is :class:`NotFound`.
    """

    user: User
    namespace: Namespace
    role: str
    key: ApiKey | None = None
    address: str = ""

    @property
    def actor(self) -> Actor:
        if self.key:
            return Actor(f"{self.user.email} ({self.key.label})", self.key.uid, self.address)
        return Actor(self.user.email, f"user:{self.user.pk}", self.address)

    @cached_property
    def scopes(self) -> frozenset[str]:
        """What the role allows, less what the key was not given."""
        allowed = ROLE_SCOPES[self.role]
        if self.key is None or Scope.ADMIN in self.key.scopes:
            return allowed
        return allowed & frozenset(self.key.scopes)

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def require(self, scope: str) -> None:
        """:raises Forbidden: the role or the key lacks the scope."""
        if not self.may(scope):
            raise Forbidden(f"This needs {str(scope)!r}, which you were not given here.")

    @property
    def exports(self) -> QuerySet[Export]:
        """The exports that the caller may see, deleted ones left out."""
        return self._exports.filter(deleted_at=None)

    @property
    def collections(self) -> QuerySet[Collection]:
        """The collections that the caller may see.

        An exporter sees those that he was given. Nothing gives him any yet.
        """
        mine = self.namespace.collections.all()
        return mine.none() if self.role == Role.EXPORTER else mine

    def export(self, uid: str) -> Export:
        """:raises NotFound: not there, or not the caller's. :raises Gone: deleted."""
        found = self._exports.select_related("collection", "created_by").filter(uid=uid).first()
        if found is None:
            raise NotFound("export")
        if found.deleted_at:
            raise Gone("This export was deleted. Its line in the history remains.")
        return found

    def collection(self, uid_or_name: str) -> Collection:
        """:raises NotFound: not there, or not the caller's."""
        field = "uid" if uid_or_name.startswith("col_") else "name"
        found = self.collections.filter(**{field: uid_or_name}).first()
        if found is None:
            raise NotFound("collection")
        return found

    def file(self, uid: str, name: str) -> ExportFile:
        """A file of a finished export, for download.

        :raises NotFound: no such file. :raises Gone: deleted or expired.
        """
        export = self.export(uid)
        self.require(Scope.DOWNLOADS_READ)
        over = export.expires_at is not None and export.expires_at <= database_now()
        if over or export.state == State.EXPIRED:
            raise Gone("The files of this export have expired. Run the export again.")
        found = export.files.filter(name=name).first() if export.state == State.READY else None
        if found is None:
            raise NotFound("file")
        return found

    @property
    def _exports(self) -> QuerySet[Export]:
        self.require(Scope.EXPORTS_READ)
        mine = self.namespace.exports.all()
        return mine.filter(created_by=self.user) if self.role == Role.EXPORTER else mine


def caller_for(user: User, reference: str, *, address: str = "") -> Caller:
    """A signed-in person inside a namespace, named by its slug or id.

    :raises NotFound: no such namespace, or he has no role in it.
    """
    field = "uid" if reference.startswith("ns_") else "slug"
    namespace = Namespace.objects.filter(**{field: reference}).first()
    role = namespace and role_in(user, namespace)
    if namespace is None or not role:
        raise NotFound("workspace")
    return Caller(user, namespace, role, address=address)


def caller_for_key(key: ApiKey, *, address: str = "") -> Caller:
    """:raises NotFound: the key's owner has no role in its namespace any more."""
    role = role_in(key.owner, key.namespace)
    if not role:
        raise NotFound("workspace")
    return Caller(key.owner, key.namespace, role, key=key, address=address)


def role_in(user: User, namespace: Namespace) -> str:
    """The person's role; empty when he has none. A superuser is an admin everywhere."""
    if not user.is_active:
        return ""
    if user.is_superuser:
        return Role.ADMIN
    membership = Membership.objects.filter(user=user, namespace=namespace).first()
    return membership.role if membership else ""


def namespaces_of(user: User) -> QuerySet[Namespace]:
    everything = Namespace.objects.order_by("name")
    return everything if user.is_superuser else everything.filter(memberships__user=user)


def superuser_enter(caller: Caller, session: SessionBase) -> None:
    """A superuser's entry into a workspace is an event, once for each session and workspace."""
    entered: list[int] = session.get("entered", [])
    if not caller.user.is_superuser or caller.namespace.pk in entered:
        return
    with transaction.atomic():
        audit_append(
            caller.namespace,
            "superuser.entered",
            actor=caller.actor,
            subject=caller.namespace.uid,
        )
    session["entered"] = [*entered, caller.namespace.pk]
