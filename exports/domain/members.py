"""Members: who has which role, as whom he runs, and what he may do with which collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from exports.domain.audit import Actor, audit_append
from exports.domain.errors import Conflict, FieldError, InvalidRequest, NotFound
from exports.domain.principals import principal_find
from exports.models import (
    Collection,
    CollectionRight,
    Membership,
    Namespace,
    Principal,
    Right,
    Role,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

NO_RIGHTS: Mapping[str, str] = {}


def member_add(
    *,
    namespace: Namespace,
    user: User,
    role: str,
    actor: Actor,
    principal: str = "",
    rights: Mapping[str, str] = NO_RIGHTS,
) -> Membership:
    """Give a person a role, or another one; what he had before is replaced by what is said here.

    :param principal: as whom he runs, whatever he asks, by name or id; empty binds him to none.
    :param rights: for an exporter, the right on each collection by its name or id.
    :raises InvalidRequest: names the field that is wrong.
    :raises Conflict: the workspace would be left without anybody who administers it.
    """
    _check_role(role, principal, rights)
    with transaction.atomic():
        _one_after_the_other(namespace)
        bound, given = _principal(namespace, principal), _resolved(namespace, rights)
        before = members_of(namespace).filter(user=user).first()
        membership, _ = Membership.objects.update_or_create(
            namespace=namespace, user=user, defaults={"role": role, "principal": bound}
        )
        _give(membership, given)
        if before and standing(before) == standing(membership):
            return membership
        if before and _administers(before) and not _administers(membership):
            _check_admin_left(namespace)
        audit_append(
            namespace,
            "member.changed" if before else "member.added",
            actor=actor,
            subject=f"user:{user.pk}",
            email=user.email,
            **standing(membership),
        )
    return membership


def member_join(*, namespace: Namespace, email: str, actor: Actor, **given: Any) -> Membership:
    """Make somebody a member who has an account already.

    Accounts are made by the operator alone: whoever made one would know its first password, and
    another workspace could let the same person in.

    :param given: role, principal and rights, as :func:`member_add` takes them.
    :raises InvalidRequest: nobody has this address; or a field is wrong.
    :raises Conflict: he is a member already.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        nobody = (
            "Nobody has an account with this address yet. "
            "The operator makes one: manage.py member_add."
        )
        raise InvalidRequest(FieldError("email", nobody))
    if Membership.objects.filter(namespace=namespace, user=user).exists():
        raise Conflict(f"{user.email} is a member already. Change what he has instead.")
    return member_add(namespace=namespace, user=user, actor=actor, **given)


def member_change(
    membership: Membership,
    *,
    actor: Actor,
    role: str | None = None,
    principal: str | None = None,
    rights: Mapping[str, str] | None = None,
) -> Membership:
    """Change what is given; what the new role has no use for goes.

    :raises InvalidRequest, Conflict: as :func:`member_add`.
    :raises NotFound: he was removed meanwhile.
    """
    with transaction.atomic():
        now = _as_it_is(membership)
        role = role or now.role
        if principal is None:
            bound = now.principal if role != Role.AUDITOR else None
            principal = bound.uid if bound else ""
        if rights is None:
            kept = now.rights.all() if role == Role.EXPORTER else ()
            rights = {
                each.collection.uid: each.right for each in kept if not each.collection.deleted_at
            }
        return member_add(
            namespace=membership.namespace,
            user=membership.user,
            role=role,
            principal=principal,
            rights=rights,
            actor=actor,
        )


def member_remove(membership: Membership, *, actor: Actor) -> None:
    """Take the role away. What was exported stays; his keys open nothing any more.

    :raises Conflict: the workspace would be left without anybody who administers it.
    :raises NotFound: somebody else removed him meanwhile.
    """
    namespace, user = membership.namespace, membership.user
    with transaction.atomic():
        now = _as_it_is(membership)
        now.delete()
        if _administers(now):
            _check_admin_left(namespace)
        audit_append(
            namespace,
            "member.removed",
            actor=actor,
            subject=f"user:{user.pk}",
            email=user.email,
        )


def members_of(namespace: Namespace) -> QuerySet[Membership]:
    """The members with everything that :func:`standing` tells, in the order of addresses."""
    return (
        Membership.objects.filter(namespace=namespace)
        .select_related("user", "principal")
        .prefetch_related("rights__collection")
        .order_by("user__email")
    )


def standing(membership: Membership) -> dict[str, Any]:
    """What a member has, by names: ``role``, ``principal``, and ``collections`` with rights."""
    rights = sorted(
        (each.collection.name, each.right)
        for each in membership.rights.all()
        if each.collection.deleted_at is None
    )
    return {
        "role": str(membership.role),
        "principal": membership.principal.name if membership.principal else "",
        "collections": dict(rights),
    }


def _one_after_the_other(namespace: Namespace) -> None:
    """Or two admins could take the role from each other at once, or undo what the other did."""
    Namespace.objects.select_for_update(no_key=True).get(pk=namespace.pk)


def _as_it_is(membership: Membership) -> Membership:
    """Read anew, when nobody else can change it any more."""
    _one_after_the_other(membership.namespace)
    found = members_of(membership.namespace).filter(pk=membership.pk).first()
    if found is None:
        raise NotFound("member")
    return found


def _check_role(role: str, principal: str, rights: Mapping[str, str]) -> None:
    if role not in Role.values:
        raise InvalidRequest(FieldError("role", f"Choose one of {', '.join(Role.values)}."))
    if principal and role == Role.AUDITOR:
        raise InvalidRequest(
            FieldError("principal", "An auditor runs nothing. Leave 'principal' out.")
        )
    if rights and role != Role.EXPORTER:
        raise InvalidRequest(
            FieldError(
                "collections", "Only an exporter is given collections: admins have all of them."
            )
        )


def _principal(namespace: Namespace, reference: str) -> Principal | None:
    try:
        return principal_find(namespace, reference) if reference else None
    except NotFound as error:
        raise InvalidRequest(FieldError("principal", error.message)) from error


def _resolved(namespace: Namespace, rights: Mapping[str, str]) -> dict[Collection, str]:
    """The collections that are named, each with the right on it."""
    if not rights:
        return {}
    known: dict[str, Collection] = {}
    for each in namespace.collections.filter(deleted_at=None).defer("schema_tree", "source"):
        known[each.name] = known[each.uid] = each
    given: dict[Collection, str] = {}
    errors = []
    for name, right in rights.items():
        found = known.get(name)
        if message := _wrong(found, right, given):
            errors.append(FieldError(f"collections.{name}", message))
        elif found:
            given[found] = right
    if errors:
        raise InvalidRequest(*errors)
    return given


def _wrong(found: Collection | None, right: str, given: Mapping[Collection, str]) -> str:
    if found is None:
        return "There is no such collection here."
    if found in given:
        return "It is named twice. Leave one out."
    return "" if right in Right.values else f"Choose one of {', '.join(Right.values)}."


def _give(membership: Membership, given: dict[Collection, str]) -> None:
    # On collections that were deleted he keeps his: results of them can still be downloaded.
    membership.rights.filter(collection__deleted_at=None).delete()
    CollectionRight.objects.bulk_create(
        CollectionRight(membership=membership, collection=collection, right=right)
        for collection, right in given.items()
    )
    prefetch_related_objects([membership], "rights__collection")


def _administers(membership: Membership) -> bool:
    return membership.role == Role.ADMIN and membership.principal is None


def _check_admin_left(namespace: Namespace) -> None:
    left = Membership.objects.filter(
        namespace=namespace, role=Role.ADMIN, principal=None, user__is_active=True
    )
    if not left.exists():
        raise Conflict(
            "Nobody would be left who administers this workspace. Make another admin first."
        )
