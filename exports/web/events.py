"""The events of the history as people read them: a word and a drawing for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exports.domain.history import details_of
from exports.web.frozen import pretty, telling
from exports.web.subjects import NOTHING, Subject, subjects_of

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import AuditEvent

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
    "values.suggested": ("Was suggested values", "search"),
    "statistics.asked": ("Had a collection counted", "search"),
    "statistics.made": ("Counted a collection", "ready"),
    "statistics.failed": ("Could not count a collection", "error"),
    "statistics.viewed": ("Looked at the values of a collection", "search"),
    "export.expired": ("Removed an expired result", "expired"),
    "export.deleted": ("Deleted an export", "trash"),
    "template.created": ("Saved a template", "templates"),
    "template.changed": ("Changed a template", "templates"),
    "template.deleted": ("Deleted a template", "templates"),
    "collection.created": ("Made a collection", "plus"),
    "collection.registered": ("Read a collection's files", "collections"),
    "collection.failed": ("Could not read a collection's files", "error"),
    "collection.changed": ("Changed a collection", "collections"),
    "collection.refresh_asked": ("Asked to read a collection's files anew", "collections"),
    "collection.refreshed": ("Read a collection's files anew", "collections"),
    "collection.deleted": ("Deleted a collection", "trash"),
    "delivery.delivered": ("Told somebody of the end", "check"),
    "delivery.failed": ("Could not tell somebody of the end", "error"),
    "delivery.retried": ("Tried again to tell somebody", "again"),
    "script.ended": ("Ran a script", "running"),
    "webhook_secret.created": ("Made the secret of webhooks", "key"),
    "webhook_secret.shown": ("Looked at the secret of webhooks", "key"),
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
    "history.exported": ("Exported the history", "download"),
    "history.erased": ("Erased the particulars of old events", "trash"),
    "superuser.entered": ("Entered as superuser", "user"),
}


# Where an export is asked for, or leaves the house, its filter is told on the line itself.
_WITH_FILTER = ("export.created", "export.downloaded", "export.linked")


@dataclass(frozen=True, slots=True)
class Line:
    """One event with its particulars, and what it is about.

    :ivar detail: None when it was erased.
    """

    event: AuditEvent
    detail: dict[str, Any] | None
    subject: Subject = NOTHING

    @property
    def word(self) -> str:
        return WORDS.get(self.event.action, (self.event.action, ""))[0]

    @property
    def icon(self) -> str:
        return WORDS.get(self.event.action, ("", "history"))[1]

    @property
    def filter(self) -> str:
        return self.subject.filter if self.event.action in _WITH_FILTER else ""

    @property
    def detail_text(self) -> str:
        """The particulars that say something."""
        kept = (self.detail or {}).items()
        said = {name: value for name, value in kept if value not in (None, "", [], {})}
        if self.event.action == "export.created":
            said = telling(said)
        return pretty(said) if said else ""


def lines_of(caller: Caller, events: list[AuditEvent]) -> list[Line]:
    """The events with their particulars and what they are about: a fixed number of queries."""
    details = details_of(events)
    subjects = subjects_of(caller, [event.subject for event in events])
    return [
        Line(event, details.get(event.pk), subjects.get(event.subject, NOTHING)) for event in events
    ]
