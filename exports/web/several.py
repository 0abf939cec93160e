"""What is asked before something is done to several exports, and what is said afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from exports.domain.bulk import Refusal
from exports.web.wording import number, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.domain.bulk import Outcome
    from exports.models import Export

_DONE = {"cancel": "Cancelled", "delete": "Deleted"}


@dataclass(frozen=True)
class Several:
    """Some exports that were ticked, and what is to become of them.

    :ivar action: ``cancel`` or ``delete``.
    """

    action: str
    chosen: Sequence[Export]

    @cached_property
    def left(self) -> list[Refusal]:
        """Those for which it is not possible, and why."""
        return [Refusal(each, why) for each in self.chosen if (why := self._why_not(each))]

    @cached_property
    def fit(self) -> list[Export]:
        """Those for which it is."""
        return [each for each in self.chosen if not self._why_not(each)]

    @property
    def told(self) -> str:
        """What it will do, in one sentence."""
        count = _count(len(self.fit))
        if self.action == "cancel":
            return f"{count}: final at once, and nothing of it is published."
        room = sum(each.bytes_done for each in self.fit if each.state == "ready")
        return f"{count}, {size(room)}. {_stays(len(self.fit))}"

    def _why_not(self, export: Export) -> str:
        if self.action == "cancel":
            word = export.get_state_display().lower()
            return "" if export.is_active else f"It has ended already: it is {word}."
        return f"It is held: {export.hold_reason}" if export.hold_reason else ""


def told(asked: Several, outcome: Outcome) -> str:
    """What was done, and what was not, with the reasons."""
    said = f"{_DONE[asked.action]} {_count(len(outcome.done))}."
    if asked.action == "delete" and outcome.done:
        said += f" {_stays(len(outcome.done))}"
    left = [*asked.left, *outcome.refused]
    if not left:
        return said
    first = f"“{left[0].export.label}”: {left[0].why}"
    if len(left) == 1:
        return f"{said} One was left as it is. {first}"
    return f"{said} {number(len(left))} were left as they are, such as {first}"


def _stays(count: int) -> str:
    return "Its line in the history stays." if count == 1 else "Their lines in the history stay."


def _count(count: int) -> str:
    return "1 export" if count == 1 else f"{number(count)} exports"
