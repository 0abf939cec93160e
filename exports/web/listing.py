"""What the list of exports shows: the filters of the address, the tabs, one page of rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count

from exports.domain.finding import exports_narrow
from exports.models import ACTIVE, Export, Format, Role, State
from exports.web.days import day_begins, day_ends, day_read
from exports.web.loaders import get_words
from exports.web.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from exports.domain.access import Caller

ROWS = 25

# The word in the address, the word on the tab, the states behind it.
TABS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "All", ()),
    ("active", "In progress", ACTIVE),
    ("ready", "Ready", (State.READY,)),
    ("error", "Failed", (State.ERROR,)),
    ("cancelled", "Cancelled", (State.CANCELLED,)),
    ("expired", "Expired", (State.EXPIRED,)),
)
_STATES = {word: states for word, _, states in TABS}
_CHECKS: dict[str, Callable[[str], object]] = {
    "q": bool,
    "collection": bool,
    "format": Format.values.__contains__,
    "who": bool,
    "from": day_read,
    "to": day_read,
    "state": _STATES.__contains__,
}


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    count: int
    query: str
    current: bool


@dataclass(frozen=True)
class Listing:
    """One page of a caller's exports, newest first.

    :ivar asked: the filters of the address by their names, those that mean something.
    :ivar left_out: what means nothing, as it was written.
    :ivar before: the page begins after this export. :ivar after: it ends before this one.
    """

    caller: Caller
    tab: str
    asked: dict[str, str]
    left_out: list[str]
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, caller: Caller, request: HttpRequest) -> Listing:
        """The list that an address asks for."""

        def is_there(uid: str) -> bool:
            return caller.exports_ever.filter(uid=uid).exists()

        places = {"before": is_there, "after": is_there}
        asked, left_out = get_words(request, {**_CHECKS, **places})
        return cls(
            caller,
            tab=asked.pop("state"),
            before=asked.pop("before"),
            after=asked.pop("after"),
            asked=asked,
            left_out=left_out,
        )

    @cached_property
    def rows(self) -> Rows:
        return Rows.of(self._exports)

    @cached_property
    def tabs(self) -> list[Tab]:
        counts = self._counts()
        return [
            Tab(label, self._count(counts, states), self.query(state=word), word == self.tab)
            for word, label, states in TABS
        ]

    def _counts(self) -> Mapping[str, int]:
        """How many are in each state."""
        # To look for a text takes longest, and need not be done twice when all of it is here.
        if self.asked["q"] and not self.tab and self.is_first and not self._page[1]:
            return Counter(each.state for each in self._exports)
        counted = self._filtered().order_by().values_list("state").annotate(count=Count("*"))
        return dict(counted)

    @property
    def is_empty(self) -> bool:
        """Nothing was ever exported here, or nothing that is left."""
        return not self._exports and not self.is_filtered and not self.tabs[0].count

    @property
    def newest(self) -> str:
        return self.query()

    @property
    def is_filtered(self) -> bool:
        return any(self.asked.values())

    @property
    def sees_others(self) -> bool:
        """Whether the list has exports of more than one person."""
        return self.caller.role != Role.EXPORTER

    @property
    def older(self) -> str:
        """The query of the next page; empty on the last."""
        return self.query(before=self._exports[-1].uid) if self._page[1] else ""

    @property
    def newer(self) -> str:
        """The query of the page before; empty on the first."""
        exports, _, is_first = self._page
        return self.query(after=exports[0].uid) if exports and not is_first else ""

    @property
    def is_first(self) -> bool:
        return self._page[2]

    def query(self, **changes: str) -> str:
        """The address's query with some of it changed. Another tab begins at its first page."""
        asked = {"state": self.tab, **self.asked, **changes}
        return f"?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def cleared(self) -> str:
        """The query of the same tab without filters."""
        return f"?{urlencode({'state': self.tab})}" if self.tab else "?"

    def those(self, uids: list[str]) -> Rows:
        """Some exports by their ids, for a poll of the rows that move."""
        found = self.caller.exports.filter(uid__in=uids[:ROWS])
        return Rows.of(_related(found, "-pk"))

    @property
    def _exports(self) -> list[Export]:
        return self._page[0]

    @cached_property
    def _page(self) -> tuple[list[Export], bool, bool]:
        """The exports, whether there are older ones, and whether they are the newest."""
        if self.after:
            newer = self._filtered(self.tab).filter(pk__gt=self._cursor(self.after))
            found = _related(newer, "pk")
            if len(found) > ROWS:
                return found[ROWS - 1 :: -1], True, False
        rows = self._filtered(self.tab)
        if self.before:
            rows = rows.filter(pk__lt=self._cursor(self.before))
        found = _related(rows, "-pk")
        return found[:ROWS], len(found) > ROWS, not self.before

    def _cursor(self, uid: str) -> QuerySet[Export, Any]:
        """Where it stands, also when it was deleted since."""
        return self.caller.exports_ever.filter(uid=uid).values("pk")

    def _filtered(self, tab: str = "") -> QuerySet[Export]:
        asked = self.asked
        return exports_narrow(
            self.caller.exports,
            states=_STATES[tab],
            collection=asked["collection"],
            format_=asked["format"],
            who=asked["who"],
            since=day_begins(day_read(asked["from"])),
            before=day_ends(day_read(asked["to"])),
            label=asked["q"],
        )

    @staticmethod
    def _count(counts: Mapping[str, int], states: tuple[str, ...]) -> int:
        return sum(count for state, count in counts.items() if not states or state in states)


def _related(exports: QuerySet[Export], order: str) -> list[Export]:
    """The first of them. They are found by their index, and read when they are known."""
    first = exports.order_by(order).values("pk")[: ROWS + 1]
    found = Export.objects.filter(pk__in=first).select_related("collection", "created_by")
    found = found.defer("frozen", "snapshot", "collection__schema_tree", "collection__source")
    return list(found.order_by(order))
