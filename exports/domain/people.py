"""Makes workspaces and changes their settings; names people, and makes first passwords."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from exports.domain.audit import Actor, audit_append
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.secondfactor import has_second_factor
from exports.models import Namespace, Scope

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import User

_SETTINGS = ("name", "max_running", "retention", "quota", "requires_second_factor")


def namespace_create(*, slug: str, name: str, actor: Actor, **given: Any) -> Namespace:
    """:param given: ``max_running``, ``retention`` and ``quota``, as :func:`namespace_change`.

    :raises InvalidRequest: the slug is taken or not well-formed, or a setting will not do.
    """
    namespace = Namespace(slug=slug, name=name, **given)
    _check(namespace)
    with transaction.atomic():
        namespace.save()
        audit_append(namespace, "namespace.created", actor=actor, subject=namespace.uid, slug=slug)
    return namespace


def namespace_change(namespace: Namespace, *, actor: Actor, **changes: Any) -> Namespace:
    """Change a workspace's settings; those that are not named stay as they are.

    Results that are there already keep the time that they were given.

    :param changes: ``name``; ``max_running``, how many exports run at once; ``retention``, a
        timedelta; ``quota``, bytes, or None for no limit; ``requires_second_factor``.
    :raises InvalidRequest: one of them will not do.
    """
    with transaction.atomic():
        # Whoever refers to it looks at its key when he commits, and holds the history's head then.
        found = Namespace.objects.select_for_update(no_key=True).get(pk=namespace.pk)
        before = {name: getattr(found, name) for name in _SETTINGS}
        for name, value in changes.items():
            setattr(found, name, value)
        _check(found)
        after = {name: getattr(found, name) for name in _SETTINGS}
        changed = [name for name in _SETTINGS if before[name] != after[name]]
        if changed:
            found.save(update_fields=changed)
            audit_append(
                found,
                "namespace.changed",
                actor=actor,
                subject=found.uid,
                was={name: _told(before[name]) for name in changed},
                **{name: _told(after[name]) for name in changed},
            )
    return found


def namespace_set(caller: Caller, **changes: Any) -> Namespace:
    """The same, by somebody who administers the workspace.

    :raises Forbidden: he does not.
    :raises InvalidRequest: as :func:`namespace_change`; or he would shut himself out.
    """
    caller.require(Scope.ADMIN)
    if changes.get("requires_second_factor") and not has_second_factor(caller.user):
        text = "You have none yourself, and would be shut out. Set one up in your profile first."
        raise InvalidRequest(FieldError("requires_second_factor", text))
    return namespace_change(caller.namespace, actor=caller.actor, **changes)


def _told(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _check(namespace: Namespace) -> None:
    if namespace.retention <= timedelta(0):
        raise InvalidRequest(FieldError("retention", "Results are kept for some time at least."))
    try:
        namespace.full_clean()
    except ValidationError as error:
        raise InvalidRequest(
            *(FieldError(path, texts[0]) for path, texts in error.message_dict.items())
        ) from error


def person_rename(user: User, name: str, *, actor: Actor) -> None:
    """:param name: how others see him; empty: his e-mail address.

    :raises InvalidRequest: it is too long, or holds what is no text.
    """
    if len(name) > 100 or not name.isprintable() or name != name.strip():
        text = "A name has at most 100 characters, no blank around them."
        raise InvalidRequest(FieldError("name", text))
    if name == user.name:
        return
    with transaction.atomic():
        before, user.name = user.name, name
        user.save(update_fields=["name"])
        audit_append(None, "person.renamed", actor=actor, subject=actor.uid, was=before, name=name)


def password_make() -> str:
    return secrets.token_urlsafe(12)
