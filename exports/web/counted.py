"""Statistics as the page shows them: a line for each field, in the order of the schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exports.domain.reasons import reason_for
from exports.query.schema import Kind
from exports.web.documents import create_address, where_value

if TYPE_CHECKING:
    from exports.models import Collection, Namespace

_FIRST = 3  # commonest values before the fold
_SAME = (Kind.TEXT, Kind.ENUM, Kind.UUID, Kind.DATE)  # as text in a filter too
_WHY = {
    "timed_out": "Not even the first fields could be counted in the time that there is.",
    "worker_lost": "The workers that counted stopped answering, three times.",
    "schema_changed": "The files have other fields than the collection says. Refresh it first.",
    "failed": "It came to nothing for a reason that was not foreseen. The operator's log has more.",
}


@dataclass(frozen=True, slots=True)
class Top:
    """One of the commonest values: how often, its share of all in per cent, and its export."""

    text: str
    count: int
    share: float
    export: str

    @property
    def percent(self) -> str:
        return _percent(self.share)


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of one field, or of the elements of a list."""

    path: str
    element: bool
    type: str
    role: str
    values: int
    nulls: int
    distinct: int | None
    exact: bool
    least: str | None
    most: str | None
    lengths: list[float] | None
    top: list[Top]

    @property
    def filled(self) -> int:
        return self.values - self.nulls

    @property
    def share(self) -> float:
        """How many of them are there, in per cent."""
        return 100 * self.filled / self.values if self.values else 0

    @property
    def percent(self) -> str:
        return _percent(self.share)

    @property
    def each_once(self) -> bool:
        return bool(self.distinct) and self.exact and self.distinct == self.filled

    @property
    def first(self) -> list[Top]:
        return [] if self.each_once else self.top[:_FIRST]

    @property
    def others(self) -> list[Top]:
        return [] if self.each_once else self.top[_FIRST:]

    @property
    def sizes(self) -> str:
        """The lengths in words."""
        if not self.lengths:
            return ""
        least, mean, most = self.lengths
        what = "bytes" if self.type == Kind.BINARY else "elements"
        if least == most:
            return f"{least:,} {what} each"
        return f"{least:,} to {most:,} {what}, {mean:,.1f} on average"


def lines_of(
    namespace: Namespace, collection: Collection, found: dict[str, Any], *, exportable: bool
) -> list[Line]:
    """:param exportable: whether exports of the documents with a value are offered."""
    places = {path: at for at, path in enumerate(collection.schema.paths())}
    rows = sorted(
        found["properties"],
        key=lambda each: (places.get(each["path"], len(places)), each["element"]),
    )
    made = []
    for each in rows:
        tops = [
            Top(
                text,
                count,
                100 * count / each["values"],
                _export(namespace, collection, each, text) if exportable else "",
            )
            for text, count in each["top"] or ()
        ]
        made.append(Line(**{**each, "top": tops}))
    return made


def why(reason: str) -> str:
    """Why the last count came to nothing."""
    return _WHY.get(reason) or reason_for(reason).what


def _percent(share: float) -> str:
    """What is not all is never said to be, nor what is something to be nothing."""
    if 0 < share < 0.1:
        return "under 0.1 %"
    return "over 99.9 %" if 99.9 < share < 100 else f"{round(share, 1):g} %"


def _export(namespace: Namespace, collection: Collection, each: dict[str, Any], text: str) -> str:
    """The address of an export of all documents with a value; empty where it cannot be asked."""
    value = _read(Kind(each["type"]), text)
    if value is None:
        return ""
    return create_address(namespace, collection, where_value(each["path"], value))


def _read(kind: Kind, text: str) -> str | int | None:
    """A value as a filter has it; None for kinds whose text may not be exact."""
    if kind is Kind.BOOLEAN:
        return text == "true"
    if kind is Kind.INTEGER:
        return int(text)
    return text if kind in _SAME else None
