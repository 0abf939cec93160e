"""How far an export is, and how long it may still take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from exports.domain.reasons import reason_for
from exports.models import State, Step
from exports.web.wording import duration, number, until

if TYPE_CHECKING:
    from datetime import datetime

    from exports.models import Export

# Before this, what is left is a guess that jumps.
_SECONDS_BEFORE_A_GUESS = 2
_SHARE_BEFORE_A_GUESS = 0.03


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way. ``mark`` is ``done``, ``now`` or ``next``."""

    label: str
    mark: str


@dataclass(frozen=True)
class Progress:
    """An export as it stands at one moment.

    :ivar place: how many start before it, while it waits.
    """

    export: Export
    now: datetime
    place: int | None = None

    @cached_property
    def elapsed(self) -> float | None:
        return self.export.seconds_run(self.now)

    @property
    def waited(self) -> float:
        """Seconds from being asked for to the start, or until now."""
        return ((self.export.started_at or self.now) - self.export.created_at).total_seconds()

    @property
    def rows_per_second(self) -> int | None:
        return round(self.export.rows_done / self.elapsed) if self.elapsed else None

    @property
    def left(self) -> float | None:
        """Seconds that are likely left; None while nobody can tell."""
        done, total, elapsed = self.export.rows_done, self.export.rows_total, self.elapsed
        if not total or not elapsed or elapsed < _SECONDS_BEFORE_A_GUESS:
            return None
        if done < total * _SHARE_BEFORE_A_GUESS or done > total:
            return None
        return elapsed * (total - done) / done

    @property
    def queued(self) -> str:
        """What it waits for."""
        export = self.export
        if export.waits_until:
            again = until(export.waits_until, self.now)
            return (
                f"{reason_for(export.reason).what} Nothing of it was published. "
                f"Attempt {export.attempt + 1} follows{'' if again == 'now' else f' in {again}'}."
            )
        if not self.place:
            return "It is the next of this workspace, and starts as soon as a worker is free."
        before = "One export" if self.place == 1 else f"{number(self.place)} exports"
        return f"{before} of this workspace will start before it."

    @property
    def heard(self) -> str:
        """Changes with the state and with every tenth: then those who listen are told."""
        return f"{self.export.state}{(self.export.percent or 0) // 10}"

    @property
    def told(self) -> str:
        """The announcement, in one sentence."""
        export = self.export
        if export.state == State.PENDING:
            return "The export is waiting."
        if export.state != State.RUNNING:
            return f"The export is {export.get_state_display().lower()}."
        if export.percent is None:
            return f"{export.get_step_display()}: {number(export.rows_done)} rows so far."
        left = f", about {duration(self.left)} left" if self.left else ""
        return f"{export.percent} per cent{left}."

    @property
    def stages(self) -> list[Stage]:
        """Waiting, the steps of the run, and ready."""
        words = ["Waiting", *Step.labels, "Ready"]
        at = self._position(len(words))
        return [
            Stage(word, "done" if i < at else "now" if i == at else "next")
            for i, word in enumerate(words)
        ]

    def _position(self, end: int) -> int:
        if self.export.state in (State.READY, State.EXPIRED):
            return end
        if self.export.state != State.RUNNING:
            return 0
        return 1 + (Step.values.index(self.export.step) if self.export.step else 0)
