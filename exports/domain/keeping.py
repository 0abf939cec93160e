"""Results that stay: longer than the workspace's retention, or until somebody lets go of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from exports.domain.audit import audit_append
from exports.domain.clock import database_now
from exports.domain.errors import Conflict, FieldError, InvalidRequest
from exports.models import Export, Scope, State

if TYPE_CHECKING:
    from datetime import datetime

    from exports.domain.access import Caller

LONGEST = timedelta(days=366)
_REASON = 500  # characters


def export_keep(caller: Caller, export: Export, *, until: datetime, reason: str) -> Export:
    """Let a result expire later than it would.

    :param until: aware; later than now planned, and within a year.
    :param reason: why, for the history.
    :raises Forbidden: the caller is no admin.
    :raises InvalidRequest: ``until`` or ``reason`` will not do.
    :raises Conflict: there are no files that could be kept.
    """
    caller.require(Scope.ADMIN)
    said = _said(reason)
    with transaction.atomic():
        kept = _locked(export)
        now = database_now()
        planned = max(kept.expires_at or now, now)
        if until <= planned:
            has = planned.isoformat(timespec="seconds")
            raise _wrong("until", f"Choose a later time than it has already: {has}.")
        if until > now + LONGEST:
            raise _wrong("until", "Choose a time within a year; it can be kept again then.")
        was = kept.expires_at
        _change(caller, kept, "export.kept", said, {"expires_at": until}, was=was, until=until)
    return kept


def export_hold(caller: Caller, export: Export, *, reason: str) -> Export:
    """Keep a result, whatever its time: until it is released it neither expires nor is deleted.

    :raises Forbidden: the caller is no admin.
    :raises InvalidRequest: no reason was given, or too long a one.
    :raises Conflict: it is held already, or there are no files that could be held.
    """
    caller.require(Scope.ADMIN)
    said = _said(reason)
    with transaction.atomic():
        held = _locked(export)
        if held.hold_reason:
            raise Conflict(f"This export is held already: {held.hold_reason}")
        _change(caller, held, "export.held", said, {"hold_reason": said})
    return held


def export_release(caller: Caller, export: Export, *, reason: str) -> Export:
    """End a hold. What is past its time then expires at once.

    :raises Forbidden: the caller is no admin.
    :raises InvalidRequest: no reason was given, or too long a one.
    :raises Conflict: it is not held.
    """
    caller.require(Scope.ADMIN)
    said = _said(reason)
    with transaction.atomic():
        held = _locked(export)
        if not held.hold_reason:
            raise Conflict("This export is not held.")
        _change(caller, held, "export.released", said, {"hold_reason": ""}, held=held.hold_reason)
    return held


def _said(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise _wrong("reason", "Say why: it stands in the history.")
    if len(text) > _REASON:
        raise _wrong("reason", f"It may have at most {_REASON} characters.")
    return text


def _locked(export: Export) -> Export:
    """The export as it is now, held still; what it is related to as it was."""
    found = Export.objects.select_for_update(no_key=True).get(pk=export.pk)
    if found.state != State.READY or found.deleted_at or found.is_over(database_now()):
        word = "deleted" if found.deleted_at else found.get_state_display().lower()
        raise Conflict(f"There are no files to keep: this export is {word}.")
    for name in ("expires_at", "hold_reason", "state"):
        setattr(export, name, getattr(found, name))
    return export


def _change(
    caller: Caller,
    export: Export,
    action: str,
    reason: str,
    changes: dict[str, Any],
    **told: Any,
) -> None:
    Export.objects.filter(pk=export.pk).update(**changes)
    for name, value in changes.items():
        setattr(export, name, value)
    times = {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in told.items()}
    audit_append(
        caller.namespace, action, actor=caller.actor, subject=export.uid, reason=reason, **times
    )


def _wrong(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(FieldError(field, message))
