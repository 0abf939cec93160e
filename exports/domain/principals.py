"""Principals: the identities of the data, made and changed, and who runs as which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from exports.domain.audit import Actor, audit_append
from exports.domain.clock import database_now
from exports.domain.errors import Conflict, FieldError, Forbidden, InvalidRequest, NotFound
from exports.domain.requests import is_storable
from exports.models import Namespace, Principal, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.domain.access import Caller
    from exports.models import ApiKey, Membership

_MOST = 1_000
_LONGEST = 200

# Which field keeps what the history tells of one.
_FIELDS = {"name": "name", "identities": "identities", "disabled": "disabled_at"}


class PrincipalInvalid(Forbidden):
    """The principal was disabled or deleted: nothing runs as it any more."""

    code = "principal_invalid"

    def __init__(self, principal: Principal) -> None:
        how = "deleted" if principal.deleted_at else "disabled"
        super().__init__(
            f"The principal {principal.name!r} was {how}. Ask an admin of the workspace."
        )


def principal_for(caller: Caller, asked: str) -> Principal | None:
    """As whom an export of the caller runs; None when nobody restricts it.

    Who is bound runs as that principal, whatever he asks. Of the others only admins choose.

    :param asked: a name or an id; empty when the request names nobody.
    :raises Forbidden: somebody who may not choose asks for another than his own.
    :raises PrincipalInvalid: the principal was disabled.
    :raises NotFound: there is no such principal in the workspace.
    """
    if bound := caller.bound_to:
        if asked not in ("", bound.name, bound.uid):
            raise Forbidden(f"You run as {bound.name!r} only. Leave 'principal' out.")
        return _valid(bound)
    if not asked:
        return None
    if caller.role != Role.ADMIN:
        raise Forbidden("Only an admin chooses as whom an export runs. Leave 'principal' out.")
    return _valid(principal_find(caller.namespace, asked))


def principal_find(namespace: Namespace, reference: str) -> Principal:
    """By its name or its id.

    :raises NotFound: there is none in the workspace, or it was deleted.
    """
    field = "uid" if reference.startswith("prn_") else "name"
    kept = namespace.principals.filter(deleted_at=None)
    found = kept.filter(**{field: reference}).first() if is_storable(reference) else None
    if found is None:
        raise NotFound("principal")
    return found


def principal_create(
    *, namespace: Namespace, name: str, identities: Sequence[str], actor: Actor
) -> Principal:
    """:raises InvalidRequest: the name is taken, or a field is not well-formed."""
    principal = Principal(namespace=namespace, name=name, identities=_once(identities))
    _check(principal)
    try:
        with transaction.atomic():
            principal.save(force_insert=True)
            audit_append(
                namespace,
                "principal.created",
                actor=actor,
                subject=principal.uid,
                name=name,
                identities=principal.identities,
            )
    except IntegrityError:
        raise _taken(name) from None
    return principal


def principal_change(
    principal: Principal,
    *,
    actor: Actor,
    name: str | None = None,
    identities: Sequence[str] | None = None,
    disabled: bool | None = None,
) -> Principal:
    """Change what is given. Exports that wait run with what it is when their turn comes.

    :returns: the principal as it is now; the one that was passed stays as it was read.
    :raises InvalidRequest: the name is taken, or a field is not well-formed.
    :raises NotFound: it was deleted meanwhile.
    """
    try:
        with transaction.atomic():
            # Read anew, or what another admin changed meanwhile would be undone unseen.
            row = _locked(principal)
            before = _told(row)
            _set(row, name, identities, disabled)
            _check(row)
            after = _told(row)
            changed = [each for each in sorted(after) if after[each] != before[each]]
            if not changed:
                return row
            row.save(update_fields=[_FIELDS[each] for each in changed])
            audit_append(
                principal.namespace,
                "principal.changed",
                actor=actor,
                subject=row.uid,
                before={each: before[each] for each in changed},
                after={each: after[each] for each in changed},
            )
    except IntegrityError:
        raise _taken(name or principal.name) from None
    return row


@dataclass(frozen=True, slots=True)
class Bound:
    """Who runs as a principal, whatever he asks: members, and keys that open something."""

    members: list[Membership]
    keys: list[ApiKey]

    def __bool__(self) -> bool:
        return bool(self.members or self.keys)


def bound_to(principal: Principal) -> Bound:
    members = principal.memberships.select_related("user").order_by("user__email")
    alive = principal.keys.filter(revoked_at=None, expires_at__gt=database_now())
    return Bound(list(members), list(alive.select_related("owner").order_by("label")))


def principal_delete(principal: Principal, *, actor: Actor) -> None:
    """Its record stays, since exports point to it; those that still wait fail.

    :raises Conflict: a member or a key is bound to it, and would be left without one.
    """
    with transaction.atomic():
        bound = bound_to(principal)
        if bound:
            raise Conflict(
                f"{principal.name!r} still binds members ({len(bound.members)}) and keys "
                f"({len(bound.keys)}). Bind them to another one first, or disable it."
            )
        principal.deleted_at = database_now()
        principal.save(update_fields=["deleted_at"])
        audit_append(
            principal.namespace,
            "principal.deleted",
            actor=actor,
            subject=principal.uid,
            name=principal.name,
        )


def _valid(principal: Principal) -> Principal:
    if not principal.is_valid:
        raise PrincipalInvalid(principal)
    return principal


def _locked(principal: Principal) -> Principal:
    rows = Principal.objects.select_for_update(no_key=True)
    row = rows.filter(pk=principal.pk, deleted_at=None).first()
    if row is None:
        raise NotFound("principal")
    return row


def _set(
    row: Principal, name: str | None, identities: Sequence[str] | None, disabled: bool | None
) -> None:
    if name is not None:
        row.name = name
    if identities is not None:
        row.identities = _once(identities)
    if disabled is not None and disabled != (row.disabled_at is not None):
        row.disabled_at = database_now() if disabled else None


def _told(principal: Principal) -> dict[str, Any]:
    return {
        "name": principal.name,
        "identities": principal.identities,
        "disabled": principal.disabled_at is not None,
    }


def _once(identities: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(identities))


def _is_identity(text: str) -> bool:
    """Anything that a line of a form can hold, so that no page changes it unseen."""
    lines = text.splitlines()
    return lines == [text.strip()] and len(text) <= _LONGEST and is_storable(text)


def _taken(name: str) -> InvalidRequest:
    return InvalidRequest(
        FieldError("name", f"There is a principal named {name!r} already. Choose another name.")
    )


def _check(principal: Principal) -> None:
    errors = []
    name = principal.name
    if not 0 < len(name) <= 100 or name != name.strip() or not name.isprintable():
        errors.append(FieldError("name", "A name has 1 to 100 characters, no blank around them."))
    elif name.startswith("prn_"):
        errors.append(FieldError("name", "A name must not look like an id: begin it otherwise."))
    if len(principal.identities) > _MOST:
        errors.append(FieldError("identities", f"A principal has at most {_MOST:,} identities."))
    for index, identity in enumerate(principal.identities):
        if not _is_identity(identity):
            text = f"An identity is one line of 1 to {_LONGEST} characters, no blank around them."
            errors.append(FieldError(f"identities.{index}", text))
    if errors:
        raise InvalidRequest(*errors)
