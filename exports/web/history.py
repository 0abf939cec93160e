"""What the history page shows: the filters of the address, one page of lines, the charts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from exports.domain.actions import MEANT
from exports.domain.daily import Day, daily
from exports.domain.errors import InvalidRequest
from exports.domain.history import EventFilter, EventPage, actors_of, events_page
from exports.web.charts import Chart, chart
from exports.web.days import day_begins, day_ends, day_read
from exports.web.events import WORDS, Line, lines_of
from exports.web.loaders import get_words
from exports.web.wording import size

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from exports.domain.access import Caller

ROWS = 50
RANGES = ("7", "30", "90")  # days
_USUAL = "30"
_NAMED = 100  # suggestions for who it was

# What each family of actions is called.
_FAMILIES = {
    "export": "Exports",
    "rows": "Looks at rows",
    "values": "Suggested values",
    "statistics": "Statistics",
    "template": "Templates",
    "collection": "Collections",
    "delivery": "Messages to others",
    "script": "Scripts",
    "webhook_secret": "The secret of webhooks",
    "key": "API keys",
    "member": "Members",
    "principal": "Principals",
    "namespace": "The workspace",
    "history": "The history",
    "superuser": "Superusers",
}
_GROUPS = {"downloads": "Downloads and links"}


@dataclass(frozen=True)
class History:
    """One page of a workspace's events, newest first.

    :ivar left_out: what of the address means nothing, as it was written.
    """

    caller: Caller
    left_out: list[str]
    action: str = ""
    who: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    days: str = _USUAL
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, caller: Caller, request: HttpRequest) -> History:
        """The page that an address asks for."""
        asked, left_out = get_words(request, _CHECKS)
        asked["days"] = asked["days"] or _USUAL
        return cls(caller, left_out, **asked)

    @property
    def wanted(self) -> EventFilter:
        """Both days belong to it, by UTC."""
        return EventFilter(
            action=self.action,
            who=self.who,
            subject=self.subject,
            since=day_begins(day_read(self.since)),
            until=day_ends(day_read(self.until)),
        )

    @property
    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What can be asked for, in groups: whole families first, then each action."""
        families: dict[str, list[tuple[str, str]]] = {}
        for action, (word, _) in WORDS.items():
            families.setdefault(action.partition(".")[0], []).append((action, word))
        whole = [*_GROUPS.items(), *((name, _FAMILIES[name]) for name in families)]
        return [("All of a kind", whole), *((_FAMILIES[n], each) for n, each in families.items())]

    @property
    def is_filtered(self) -> bool:
        return bool(self.wanted.told)

    @property
    def is_overview(self) -> bool:
        """Whether the charts belong here: they tell of everything, whatever is looked for."""
        return not self.is_filtered and not self._page.newer

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.caller, self._page.events)

    @cached_property
    def people(self) -> list[str]:
        return actors_of(self.caller)[:_NAMED]

    @cached_property
    def daily(self) -> list[Day]:
        return daily(self.caller, int(self.days))

    @cached_property
    def charts(self) -> list[Chart]:
        labels = [f"{each.day:%-d %b}" for each in self.daily]
        return [
            chart("Exports", labels, [each.exports for each in self.daily]),
            chart("Rows", labels, [each.rows for each in self.daily]),
            chart("Bytes", labels, [each.bytes for each in self.daily], told=size),
            chart("Failures", labels, [each.failures for each in self.daily], tone="bad"),
        ]

    @property
    def ranges(self) -> list[tuple[str, str, bool]]:
        return [(each, self._query(days=each), each == self.days) for each in RANGES]

    @property
    def newer(self) -> str:
        """The query of the page before; empty on the first."""
        return self._query(after=self._page.newer) if self._page.newer else ""

    @property
    def older(self) -> str:
        """The query of the next page; empty on the last."""
        return self._query(before=self._page.older) if self._page.older else ""

    @property
    def newest(self) -> str:
        return self._query()

    @cached_property
    def _page(self) -> EventPage:
        here = {"before": self.before, "after": self.after}
        try:
            return events_page(self.caller, self.wanted, limit=ROWS, **here)
        except InvalidRequest:
            return events_page(self.caller, self.wanted, limit=ROWS)

    def _query(self, **changes: str) -> str:
        names = ("action", "who", "subject", "since", "until")
        asked = {name: getattr(self, name) for name in names}
        asked["days"] = "" if self.days == _USUAL else self.days
        said = {name: value for name, value in {**asked, **changes}.items() if value}
        return f"?{urlencode(said)}"


_CHECKS: dict[str, Callable[[str], object]] = {
    "action": MEANT.__contains__,
    "who": bool,
    "subject": bool,
    "since": day_read,
    "until": day_read,
    "days": RANGES.__contains__,
    "before": bool,
    "after": bool,
}
