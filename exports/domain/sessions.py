"""A person whom a session shows, inside a namespace: what pages and calls by session begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from exports.domain.access import caller_for
from exports.domain.audit import audit_append
from exports.domain.clock import database_now
from exports.domain.secondfactor import SecondFactorMissing, second_factor_lacks
from exports.models import AuditEvent

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.db.models import QuerySet

    from exports.domain.access import Caller
    from exports.domain.audit import Actor
    from exports.models import User

_ENTRIES = ("person.signed_in", "person.second_factor_failed")


def caller_signed_in(
    user: User, reference: str, session: SessionBase, *, address: str = ""
) -> Caller:
    """:param reference: the namespace's slug or id.

    :raises NotFound: no such namespace, or he has no role in it.
    :raises SecondFactorMissing: it asks for a second factor that he does not have.
    """
    found = caller_for(user, reference, address=address)
    if second_factor_lacks(found.namespace, user):
        raise SecondFactorMissing(found.namespace)
    _superuser_enter(found, session)
    return found


def sessions_end(user: User, *, actor: Actor) -> None:
    """End every session of his; the one that asks has to note afterwards that it goes on."""
    with transaction.atomic():
        user.sessions_ended_at = database_now()
        user.save(update_fields=["sessions_ended_at"])
        audit_append(None, "person.sessions_ended", actor=actor, subject=actor.uid)


def entries_of(user: User) -> QuerySet[AuditEvent]:
    """His sign-ins, and those that knew the password but not the code; newest first."""
    found = AuditEvent.objects.filter(subject=f"user:{user.pk}", namespace_id=None)
    return found.filter(action__in=_ENTRIES).order_by("-pk")


def _superuser_enter(caller: Caller, session: SessionBase) -> None:
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
