"""The history as it is read: what narrows it, a page of it, or all of it as a stream.

It is ordered by time. What is appended meanwhile is newer than all that was there, since the head
of the chain is held when an event gets its time: no page drops or doubles an event.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q

from exports.domain.actions import MEANT
from exports.domain.audit import audit_append
from exports.domain.errors import FieldError, InvalidRequest
from exports.models import AuditDetail, AuditEvent, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from exports.domain.access import Caller

CHUNK = 2_000  # events, of which a stream holds no more at a time
_MOST_NAMES = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Everything that is given must hold.

    :ivar action: one of :data:`exports.domain.actions.MEANT`.
    :ivar who: stands in the name of who did it, whatever the case.
    :ivar subject: the id of what it is about.
    :ivar since: then or later. :ivar until: earlier than that.
    """

    action: str = ""
    who: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def told(self) -> dict[str, str]:
        """What was given, as the history tells of its own export."""
        said = {
            "action": self.action,
            "who": self.who,
            "subject": self.subject,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first, and the cursors of the pages beside it; empty: there is none."""

    events: list[AuditEvent]
    newer: str
    older: str


def events_of(caller: Caller, wanted: EventFilter) -> QuerySet[AuditEvent]:
    """The events of the caller's namespace that match, in no order.

    :raises Forbidden: the caller may not read the history. :raises InvalidRequest: no action is
        called so.
    """
    caller.require(Scope.AUDIT_READ)
    found = AuditEvent.objects.filter(namespace_id=caller.namespace.pk)
    if wanted.action:
        found = found.filter(action__in=_meant(wanted.action))
    if wanted.who:
        found = found.filter(_by_whom(caller, wanted.who))
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.since:
        found = found.filter(at__gte=wanted.since)
    if wanted.until:
        found = found.filter(at__lt=wanted.until)
    return found


def events_page(
    caller: Caller, wanted: EventFilter, *, limit: int, before: str = "", after: str = ""
) -> EventPage:
    """One page: the newest; those older than the cursor ``before``; those newer than ``after``.

    :raises InvalidRequest: the cursor is none of ours. :raises Forbidden: no right to read.
    """
    found = events_of(caller, wanted)
    if after:
        at = _position(caller, after)
        newer = found.filter(Q(at__gte=at.at), Q(at__gt=at.at) | Q(pk__gt=at.pk))
        rows = list(newer.order_by("at", "pk")[: limit + 1])
        return _page(rows[:limit][::-1], newer=len(rows) > limit, older=True)
    if before:
        found = _older(found, _position(caller, before))
    rows = list(found.order_by("-at", "-pk")[: limit + 1])
    return _page(rows[:limit], newer=bool(before), older=len(rows) > limit)


def history_export(
    caller: Caller, wanted: EventFilter, *, form: str
) -> Iterator[list[dict[str, Any]]]:
    """All events that match, newest first, some thousands at a time; itself an event.

    :param form: ``csv`` or ``jsonl``, for the record.
    :raises Forbidden: the caller may not read the history.
    """
    found = events_of(caller, wanted)
    with transaction.atomic():
        audit_append(
            caller.namespace,
            "history.exported",
            actor=caller.actor,
            subject=caller.namespace.uid,
            format=form,
            filter=wanted.told,
        )
    return _stream(found)


def events_told(events: list[AuditEvent]) -> list[dict[str, Any]]:
    """The events as other programs get them: ``at`` in RFC 3339, as exact as the hash covers it;
    ``detail`` is None where it was erased.
    """
    details = details_of(events)
    return [
        {
            "at": event.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "action": event.action,
            "actor": event.actor,
            "actor_id": event.actor_uid,
            "address": event.address,
            "subject": event.subject,
            "detail": details.get(event.pk),
            "hash": event.hash,
        }
        for event in events
    ]


def details_of(events: list[AuditEvent]) -> dict[int, dict[str, Any]]:
    """The particulars by the events' primary keys, less those that were erased."""
    kept = AuditDetail.objects.filter(event_id__in=[event.pk for event in events])
    return {each.event_id: each.said for each in kept}


def actors_of(caller: Caller) -> list[str]:
    """The names of who did anything here, in order; some thousands at most.

    :raises Forbidden: the caller may not read the history.
    """
    caller.require(Scope.AUDIT_READ)
    namespace = caller.namespace.pk
    with connection.cursor() as cursor:
        cursor.execute(_ACTORS, [namespace, namespace, _MOST_NAMES])
        return [name for (name,) in cursor.fetchall()]


def _stream(found: QuerySet[AuditEvent]) -> Iterator[list[dict[str, Any]]]:
    rows = list(found.order_by("-at", "-pk")[:CHUNK])
    while rows:
        yield events_told(rows)
        rows = list(_older(found, rows[-1]).order_by("-at", "-pk")[:CHUNK])


def _older(found: QuerySet[AuditEvent], than: AuditEvent) -> QuerySet[AuditEvent]:
    # The first condition says nothing new, but an index can be entered by it.
    return found.filter(Q(at__lte=than.at), Q(at__lt=than.at) | Q(pk__lt=than.pk))


def _page(events: list[AuditEvent], *, newer: bool, older: bool) -> EventPage:
    return EventPage(
        events,
        newer=_cursor(events[0]) if newer and events else "",
        older=_cursor(events[-1]) if older and events else "",
    )


def _cursor(event: AuditEvent) -> str:
    # Not its number, which would tell how many events others have.
    microseconds = (event.at - _EPOCH) // timedelta(microseconds=1)
    return urlsafe_b64encode(f"{microseconds}:{event.hash[:16]}".encode()).decode().rstrip("=")


def _position(caller: Caller, cursor: str) -> AuditEvent:
    """The event that the cursor names: events are never gone."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        microseconds, _, start = text.partition(":")
        at = _EPOCH + timedelta(microseconds=int(microseconds))
    except (ValueError, OverflowError):
        at, start = _EPOCH, ""
    here = AuditEvent.objects.filter(namespace_id=caller.namespace.pk, at=at)
    found = here.filter(hash__startswith=start).first() if start.isalnum() else None
    if found is None:
        raise InvalidRequest(
            FieldError("cursor", "Send the next_cursor of the page before as it was given.")
        )
    return found


def _meant(action: str) -> tuple[str, ...]:
    if action not in MEANT:
        families = ", ".join(each for each in MEANT if "." not in each)
        message = f"There is no such action. Take one such as export.created, or {families}."
        raise InvalidRequest(FieldError("action", message))
    return MEANT[action]


def _by_whom(caller: Caller, text: str) -> Q:
    """The names are few and the events many: who is meant is looked up among the names."""
    names = actors_of(caller)
    if len(names) == _MOST_NAMES:
        return Q(actor__icontains=text)
    wanted = text.casefold()
    return Q(actor__in=[name for name in names if wanted in name.casefold()])


# The distinct values of an indexed column by a step of the index for each, however many rows
# there are: neither database does so by itself.
_ACTORS = """
WITH RECURSIVE known(value) AS (
    SELECT min(actor) FROM exports_auditevent WHERE namespace_id = %s
    UNION ALL
    SELECT (SELECT min(actor) FROM exports_auditevent
            WHERE namespace_id = %s AND actor > known.value)
    FROM known WHERE known.value IS NOT NULL
)
SELECT value FROM known WHERE value IS NOT NULL LIMIT %s
"""
