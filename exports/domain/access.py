"""Who asks, in which namespace, and what he may do there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from exports.domain.audit import Actor
from exports.domain.clock import database_now
from exports.domain.downloads import download_goes_on
from exports.domain.errors import DELETED, EXPIRED, Forbidden, Gone, NotFound
from exports.domain.members import members_of
from exports.domain.principals import PrincipalInvalid, principal_find
from exports.domain.scopes import ROLE_SCOPES, scopes_given
from exports.models import (
    ApiKey,
    Collection,
    Export,
    ExportFile,
    Membership,
    Namespace,
    Principal,
    Right,
    Role,
    Scope,
    State,
    Template,
    User,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class Caller:
    """A person, or a key of his, inside one namespace.

    Every query about exports, collections, members and principals starts here, so that none can
    forget the namespace, the rights or a binding. What is not the caller's is :class:`NotFound`.

    :ivar membership: None for a superuser, who needs none.
    """

    user: User
    namespace: Namespace
    role: str
    membership: Membership | None = None
    key: ApiKey | None = None
    address: str = ""

    @property
    def actor(self) -> Actor:
        if self.key:
            # As much as the history's column holds.
            name = f"{self.user.email} ({self.key.label})"[:254]
            return Actor(name, self.key.uid, self.address)
        return Actor(self.user.email, f"user:{self.user.pk}", self.address)

    @cached_property
    def scopes(self) -> frozenset[str]:
        """What the role allows, less what the key was not given.

        Who is bound makes exports and nothing else: he could free himself otherwise, or read
        in the history of what is closed to him.
        """
        allowed = ROLE_SCOPES[self.role]
        if self.key:
            allowed &= scopes_given(self.key.scopes)
        if not settings.SCRIPTS:
            allowed -= {Scope.SCRIPTS_WRITE}
        return allowed & ROLE_SCOPES[Role.EXPORTER] if self._is_bound else allowed

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def require(self, scope: str) -> None:
        """:raises Forbidden: the role or the key lacks the scope."""
        if not self.may(scope):
            raise Forbidden(f"This needs {str(scope)!r}, which you were not given here.")

    @cached_property
    def bound_to(self) -> Principal | None:
        """As whom he runs, whatever he asks; None when he is free.

        :raises Forbidden: his key and he himself are bound to different ones.
        """
        his = self.membership.principal if self.membership else None
        keys = self.key.principal if self.key else None
        if his and keys and his != keys:
            raise Forbidden("This key is bound to another principal than its owner is by now.")
        return keys or his

    @property
    def exports(self) -> QuerySet[Export]:
        """The exports that the caller may see, deleted ones left out."""
        return self.exports_ever.filter(deleted_at=None)

    @property
    def exports_ever(self) -> QuerySet[Export]:
        """The same with the deleted ones: an exporter's own; of who is bound, as that principal."""
        self.require(Scope.EXPORTS_READ)
        return self.exports_within

    @property
    def exports_within(self) -> QuerySet[Export]:
        """Those of his role and his bindings, also where his key may not read exports."""
        found = self.namespace.exports.all()
        if self.role == Role.EXPORTER:
            found = found.filter(created_by=self.user)
        if self.bound_to:
            found = found.filter(principal=self.bound_to)
        if self.key and self.key.collections is not None:
            found = found.filter(collection__uid__in=self.key.collections)
        return found

    @property
    def collections(self) -> QuerySet[Collection]:
        """The collections that the caller may see."""
        return self.collections_with(Right.SEE)

    def collections_with(self, right: Right) -> QuerySet[Collection]:
        """Those on which the caller has a right: admins all, auditors only to see them."""
        return self._collections_ever(right).filter(deleted_at=None)

    def _collections_ever(self, right: Right) -> QuerySet[Collection]:
        """The same with the deleted ones: results that were read from them are still there."""
        # They are large, and few pages show them.
        found = self.namespace.collections.defer("statistics")
        if self.key and self.key.collections is not None:
            found = found.filter(uid__in=self.key.collections)
        if self.role == Role.EXPORTER:
            found = found.filter(
                rights__membership=self.membership, rights__right__in=right.granted_by
            )
        return found.none() if self.role == Role.AUDITOR and right != Right.SEE else found

    def export(self, uid: str) -> Export:
        """:raises NotFound: not there, or not the caller's. :raises Gone: deleted."""
        related = ("collection", "created_by", "principal", "retry_of", "template")
        found = self.exports_ever.select_related(*related).filter(uid=uid).first()
        if found is None:
            raise NotFound("export")
        if found.deleted_at:
            raise Gone(DELETED)
        return found

    def collection(self, uid_or_name: str, right: Right = Right.SEE) -> Collection:
        """A collection, to do with it what the right says.

        :raises NotFound: not there, or not to be seen by the caller.
        :raises Forbidden: he may see it, but not more.
        """
        field = "uid" if uid_or_name.startswith("col_") else "name"
        named = {field: uid_or_name}
        found = self.collections.filter(**named).first()
        if found is None:
            raise NotFound("collection")
        if right != Right.SEE and not self.collections_with(right).filter(pk=found.pk).exists():
            raise Forbidden(
                f"You may see the collection {found.name!r}, but not {right} it. "
                "Ask an admin of the workspace for that right."
            )
        return found

    def file(self, uid: str, name: str) -> ExportFile:
        """A file of a finished export, for download; of one that has expired, if he has begun.

        :raises NotFound: no such file. :raises Gone: deleted or expired.
        :raises Forbidden: what he has may have sufficed once, but does not any more.
        """
        export = self.export(uid)
        self.require(Scope.DOWNLOADS_READ)
        found = export.files.filter(name=name).first()
        if found is None or not found.is_listed or export.state not in (State.READY, State.EXPIRED):
            found = None
        if export.is_over(database_now()) and not (found and download_goes_on(self, found)):
            raise Gone(EXPIRED)
        if found is None:
            raise NotFound("file")
        self.check_reach(export)
        _check_identities(export)
        return found

    def check_reach(self, export: Export) -> None:
        """Whether everything that an export reads is open to the caller as things stand now.

        :raises Forbidden: a right on a collection, or the binding to its principal, was lost.
        :raises PrincipalInvalid: its principal was disabled or deleted.
        """
        read = {export.collection.uid, *export.frozen.get("collections", [])}
        if self._collections_ever(Right.EXPORT).filter(uid__in=read).count() < len(read):
            raise Forbidden(
                "You may not export every collection that this export reads. "
                "Ask an admin of the workspace for the right."
            )
        if export.principal and not export.principal.is_valid:
            raise PrincipalInvalid(export.principal)
        if self.bound_to and self.bound_to != export.principal:
            raise Forbidden(f"You run as {self.bound_to.name!r} only, and this export does not.")

    @property
    def templates(self) -> QuerySet[Template]:
        """Those of the collections that the caller may see; of who is bound, what he may run."""
        self.require(Scope.EXPORTS_READ)
        found = self.namespace.templates.filter(collection__in=self.collections)
        if self.bound_to:
            found = found.filter(Q(principal=None) | Q(principal=self.bound_to))
        return found.select_related("collection", "principal", "created_by").order_by("name")

    def template(self, uid: str) -> Template:
        """:raises NotFound: not there, or of a collection that the caller may not see."""
        found = self.templates.filter(uid=uid).first()
        if found is None:
            raise NotFound("template")
        return found

    @property
    def members(self) -> QuerySet[Membership]:
        """:raises Forbidden: the caller administers nothing here."""
        self.require(Scope.ADMIN)
        return members_of(self.namespace)

    def member(self, uid: str) -> Membership:
        """:raises NotFound: not there. :raises Forbidden: the caller administers nothing here."""
        found = self.members.filter(uid=uid).first()
        if found is None:
            raise NotFound("member")
        return found

    @property
    def principals(self) -> QuerySet[Principal]:
        """Those that were not deleted. :raises Forbidden: the caller administers nothing here."""
        self.require(Scope.ADMIN)
        return self.namespace.principals.filter(deleted_at=None).order_by("name")

    def principal(self, uid_or_name: str) -> Principal:
        """:raises NotFound: not there. :raises Forbidden: the caller administers nothing here."""
        self.require(Scope.ADMIN)
        return principal_find(self.namespace, uid_or_name)

    @property
    def _is_bound(self) -> bool:
        within = self.key is not None and self.key.collections is not None
        return within or self.bound_to is not None


def caller_for(user: User, reference: str, *, address: str = "") -> Caller:
    """A person inside a namespace, named by its slug or id.

    :raises NotFound: no such namespace, or he has no role in it.
    """
    field = "uid" if reference.startswith("ns_") else "slug"
    namespace = Namespace.objects.filter(**{field: reference}).first()
    found = namespace and caller_in(namespace, user, address=address)
    if not found:
        raise NotFound("workspace")
    return found


def caller_for_key(key: ApiKey, *, address: str = "") -> Caller:
    """:raises NotFound: the key's owner has no role in its namespace any more."""
    found = caller_in(key.namespace, key.owner, key=key, address=address)
    if found is None:
        raise NotFound("workspace")
    return found


def caller_in(
    namespace: Namespace, user: User, *, key: ApiKey | None = None, address: str = ""
) -> Caller | None:
    """The person in the namespace; None without a role. A superuser is an admin everywhere."""
    if not user.is_active:
        return None
    if user.is_superuser:
        return Caller(user, namespace, Role.ADMIN, key=key, address=address)
    found = Membership.objects.filter(user=user, namespace=namespace)
    membership = found.select_related("principal").first()
    if membership is None:
        return None
    return Caller(user, namespace, membership.role, membership, key, address)


def _check_identities(export: Export) -> None:
    """A result holds what its principal could read when it ran: it must still be able to."""
    if export.principal and not {*(export.identities or ())} <= {*export.principal.identities}:
        raise Forbidden(
            f"The principal {export.principal.name!r} has lost identities since this export ran. "
            "Run the export again."
        )


def namespaces_of(user: User) -> QuerySet[Namespace]:
    everything = Namespace.objects.order_by("name")
    return everything if user.is_superuser else everything.filter(memberships__user=user)
