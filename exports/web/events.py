"""The history as people read it: the word for each event, the filters, one page of rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from exports.models import AuditDetail, AuditEvent
from exports.web.frozen import pretty, telling
from exports.web.loaders import get_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from exports.domain.access import Caller

ROWS = 50

# What each action is called, and its drawing.
WORDS = {
    "export.created": ("Created an export", "plus"),
    "export.started": ("Started a run", "running"),
    "export.retried": ("Lost an attempt, and tries again", "running"),
    "export.ready": ("Published the result", "ready"),
    "export.failed": ("Ended as failed", "error"),
    "export.cancelled": ("Cancelled an export", "cancelled"),
    "export.downloaded": ("Downloaded a file", "download"),
    "export.linked": ("Made a link to a file", "download"),
    "export.kept": ("Kept a result longer", "expired"),
    "export.held": ("Held a result", "lock"),
    "export.released": ("Released a result", "unlock"),
    "export.refused": ("Was refused a download", "lock"),
    "rows.previewed": ("Looked at rows", "search"),
    "rows.read": ("Read rows of a result", "search"),
    "export.expired": ("Removed an expired result", "expired"),
    "export.deleted": ("Deleted an export", "trash"),
    "delivery.delivered": ("Told somebody of the end", "check"),
    "delivery.failed": ("Could not tell somebody of the end", "error"),
    "delivery.retried": ("Tried again to tell somebody", "again"),
    "script.ended": ("Ran a script", "running"),
    "webhook_secret.created": ("Made the secret of webhooks", "key"),
    "webhook_secret.shown": ("Looked at the secret of webhooks", "key"),
    "collection.registered": ("Registered a collection", "collections"),
    "key.created": ("Made an API key", "key"),
    "key.revoked": ("Revoked an API key", "key"),
    "member.added": ("Gave somebody a role", "members"),
    "member.changed": ("Changed what somebody may do", "members"),
    "member.removed": ("Removed a member", "members"),
    "principal.created": ("Made a principal", "principals"),
    "principal.changed": ("Changed a principal", "principals"),
    "principal.deleted": ("Deleted a principal", "principals"),
    "namespace.created": ("Made the workspace", "user"),
    "namespace.changed": ("Changed the workspace's settings", "user"),
    "superuser.entered": ("Entered as superuser", "user"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event with its particulars, and what its subject is called."""

    event: AuditEvent
    detail: dict[str, Any]
    subject: str = ""
    address: str = ""

    @property
    def word(self) -> str:
        return WORDS.get(self.event.action, (self.event.action, ""))[0]

    @property
    def icon(self) -> str:
        return WORDS.get(self.event.action, ("", "history"))[1]

    @property
    def detail_text(self) -> str:
        """The particulars that say something."""
        said = {name: value for name, value in self.detail.items() if value not in (None, "", [])}
        if self.event.action == "export.created":
            said = telling(said)
        return pretty(said) if said else ""


@dataclass(frozen=True)
class History:
    """One page of a workspace's events, newest first."""

    caller: Caller
    action: str = ""
    who: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @classmethod
    def of(cls, caller: Caller, request: HttpRequest) -> History:
        """The page that an address asks for; what is no action or no date is passed over."""
        asked = {
            name: get_text(request, name) for name in ("action", "who", "since", "until", "before")
        }
        checks = {"action": _is_action, "since": _day, "until": _day, "before": _is_id}
        return cls(caller, **{n: v for n, v in asked.items() if n not in checks or checks[n](v)})

    @property
    def actions(self) -> list[tuple[str, str]]:
        return [(action, word) for action, (word, _) in WORDS.items()]

    @property
    def is_filtered(self) -> bool:
        return bool(self.action or self.who or self.since or self.until)

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.caller, self._page[:ROWS])

    @property
    def older(self) -> str:
        """The query of the next page; empty on the last."""
        if len(self._page) <= ROWS:
            return ""
        return self._query(before=str(self._page[ROWS - 1].pk))

    @property
    def newest(self) -> str:
        return self._query()

    def _query(self, **changes: str) -> str:
        asked = {"action": self.action, "who": self.who, "since": self.since, "until": self.until}
        said = {name: value for name, value in {**asked, **changes}.items() if value}
        return f"?{urlencode(said)}"

    @cached_property
    def _page(self) -> list[AuditEvent]:
        found = AuditEvent.objects.filter(namespace_id=self.caller.namespace.pk)
        found = self._between(found)
        if self.action:
            found = found.filter(action=self.action)
        if self.who:
            found = found.filter(actor__icontains=self.who)
        if self.before:
            found = found.filter(pk__lt=int(self.before))
        return list(found.order_by("-pk")[: ROWS + 1])

    def _between(self, found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Both days belong to it, by UTC."""
        if since := _day(self.since):
            found = found.filter(at__gte=_midnight(since))
        if (until := _day(self.until)) and until < date.max:
            found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
        return found


def lines_of(caller: Caller, events: list[AuditEvent]) -> list[Line]:
    """The events with their particulars and the names of what they are about: three queries."""
    ids = [event.pk for event in events]
    kept = AuditDetail.objects.filter(event_id__in=ids)
    details = {each.event_id: each.said for each in kept}
    names = _names(caller, {event.subject for event in events})
    return [
        Line(event, details.get(event.pk, {}), *names.get(event.subject, ("", "")))
        for event in events
    ]


def _names(caller: Caller, subjects: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What the subjects are called, and the address of each; what was deleted has none."""
    slug, uids = caller.namespace.slug, list(subjects)
    exports = caller.namespace.exports.filter(uid__in=uids)
    collections = caller.namespace.collections.filter(uid__in=uids)
    names = {
        uid: (label, "" if deleted else reverse("web:export", args=[slug, uid]))
        for uid, label, deleted in exports.values_list("uid", "label", "deleted_at")
    }
    for uid, name in collections.values_list("uid", "name"):
        names[uid] = (name, reverse("web:collection", args=[slug, name]))
    principals = caller.namespace.principals.filter(uid__in=uids)
    for uid, name, deleted in principals.values_list("uid", "name", "deleted_at"):
        names[uid] = (name, "" if deleted else reverse("web:principal", args=[slug, uid]))
    return names


def _is_action(text: str) -> bool:
    return text in WORDS


def _is_id(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,18}", text))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
