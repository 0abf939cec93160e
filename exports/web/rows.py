"""The rows of the list of exports: where each stands, and when to look at them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.domain.places import queue_places
from exports.models import State
from exports.web.waiting import nobody_there, place_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.models import Export

_SOON, _LATER = "2s", "30s"


@dataclass(frozen=True, slots=True)
class Row:
    """An export of the list.

    :ivar place: how many start before it, while it waits.
    """

    export: Export
    place: int | None

    @property
    def waits(self) -> str:
        return place_told(self.place)


@dataclass(frozen=True, slots=True)
class Rows:
    """Some exports of one workspace.

    :ivar held_up: why those that wait cannot start, if nothing of the kind can.
    """

    all: Sequence[Row]
    held_up: str

    @classmethod
    def of(cls, exports: Sequence[Export]) -> Rows:
        places = queue_places(exports)
        rows = [Row(each, places.get(each.pk)) for each in exports]
        return cls(rows, nobody_there() if places else "")

    @property
    def moving(self) -> list[str]:
        """The ids of those that will change by themselves."""
        return [each.export.uid for each in self.all if each.export.is_active]

    @property
    def every(self) -> str:
        """How often to look at those: seldom when all of them only wait."""
        runs = any(each.export.state == State.RUNNING for each in self.all)
        starts = any(each.place == 0 for each in self.all) and not self.held_up
        return _SOON if runs or starts else _LATER
