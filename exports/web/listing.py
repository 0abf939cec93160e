"""What the list of exports shows: the filters of the address, the tabs, one page of rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Q

from exports.models import ACTIVE, Export, Format, State
from exports.web.loaders import get_text

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    count: int
    query: str
    current: bool


@dataclass(frozen=True)
class Listing:
    """One page of a caller's exports, newest first."""

    caller: Caller
    tab: str = ""
    q: str = ""
    collection: str = ""
    format: str = ""
    before: str = ""

    @classmethod
    def of(cls, caller: Caller, request: HttpRequest) -> Listing:
        """The list that an address asks for; words that mean nothing are passed over."""
        tab, format_ = get_text(request, "state"), get_text(request, "format")
        return cls(
            caller,
            tab=tab if tab in _STATES else "",
            q=get_text(request, "q"),
            collection=get_text(request, "collection"),
            format=format_ if format_ in Format.values else "",
            before=get_text(request, "before"),
        )

    @cached_property
    def rows(self) -> list[Export]:
        return self._page[:ROWS]

    @cached_property
    def moving(self) -> list[str]:
        """The ids of the rows that will change by themselves."""
        return [each.uid for each in self.rows if each.is_active]

    @cached_property
    def tabs(self) -> list[Tab]:
        counted = self._filtered.order_by().values_list("state").annotate(Count("pk"))
        counts: dict[str, int] = dict(counted)
        return [
            Tab(label, self._count(counts, states), self.query(state=word), word == self.tab)
            for word, label, states in TABS
        ]

    @property
    def is_empty(self) -> bool:
        """Nothing was ever exported here, or nothing that is left."""
        return not self.rows and not self.is_filtered and not self.tabs[0].count

    @property
    def newest(self) -> str:
        return self.query()

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.collection or self.format)

    @property
    def older(self) -> str:
        """The query of the next page; empty on the last."""
        return self.query(before=self.rows[-1].uid) if len(self._page) > ROWS else ""

    def query(self, **changes: str) -> str:
        """The address's query with some of it changed. Another tab begins at its first page."""
        asked = {
            "state": self.tab,
            "q": self.q,
            "collection": self.collection,
            "format": self.format,
        }
        said = {name: value for name, value in {**asked, **changes}.items() if value}
        return f"?{urlencode(said)}"

    def those(self, uids: list[str]) -> list[Export]:
        """Some exports by their ids, for a poll of the rows that move."""
        found = self.caller.exports.filter(uid__in=uids[:ROWS])
        return list(found.select_related("collection", "created_by"))

    @cached_property
    def _page(self) -> list[Export]:
        rows = self._filtered.select_related("collection", "created_by")
        if states := _STATES[self.tab]:
            rows = rows.filter(state__in=states)
        if self.before:
            cursor = self.caller.exports_ever.filter(uid=self.before)
            rows = rows.filter(pk__lt=cursor.values("pk"))
        return list(rows.order_by("-pk")[: ROWS + 1])

    @property
    def _filtered(self) -> QuerySet[Export]:
        found = self.caller.exports
        if self.q:
            found = found.filter(Q(label__icontains=self.q) | Q(uid=self.q))
        if self.collection:
            found = found.filter(collection__name=self.collection)
        if self.format:
            found = found.filter(format=self.format)
        return found

    @staticmethod
    def _count(counts: dict[str, int], states: tuple[str, ...]) -> int:
        return sum(count for state, count in counts.items() if not states or state in states)
