"""How far an export is, and how long it may still take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from exports.domain.reasons import reason_for
from exports.models import State, Step
from exports.web.wording import duration, number, until

if TYPE_CHECKING:
    from exports.models import Export

# Before this, what is left is a guess that jumps.
_SECONDS_BEFORE_A_GUESS = 2
_SHARE_BEFORE_A_GUESS = 0.03


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way. ``mark`` is ``done``, ``now``, ``stopped`` or ``next``.

    :ivar took: seconds that it took, or has taken until now; None where nobody can tell.
    """

    label: str
    mark: str
    took: float | None = None


@dataclass(frozen=True)
class Progress:
    """An export as it stands at one moment.

    :ivar place: how many start before it, while it waits.
    :ivar held_up: why nothing that waits can start, if that is so.
    """

    export: Export
    now: datetime
    place: int | None = None
    held_up: str = ""

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
        if self.held_up:
            return self.held_up
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
        """Queued, the steps of the run, and ready; how long each took."""
        words = ["Queued", *Step.labels, "Ready"]
        at = self._position(len(words))
        mark = "now" if self.export.is_active else "stopped"
        return [
            Stage(
                word,
                "done" if i < at else mark if i == at else "next",
                self._took(i) if i <= at else None,
            )
            for i, word in enumerate(words)
        ]

    @cached_property
    def _began(self) -> list[datetime | None]:
        """When each stage began, as far as that is known."""
        export = self.export
        later = [] if export.state == State.PENDING else Step.values[1:]
        told = [export.steps.get(step) for step in later]
        known = [datetime.fromisoformat(each) if each else None for each in told]
        return [export.created_at, export.started_at, *known]

    def _took(self, stage: int) -> float | None:
        if stage >= len(self._began) or (began := self._began[stage]) is None:
            return None
        following = next((each for each in self._began[stage + 1 :] if each), None)
        ended = following or self.export.ended_at or self.now
        return max(0.0, (ended - began).total_seconds())

    def _position(self, end: int) -> int:
        export = self.export
        if export.state in (State.READY, State.EXPIRED):
            return end
        if export.state == State.RUNNING:
            return 1 + (Step.values.index(export.step) if export.step else 0)
        if export.is_active:
            return 0
        # Where it stopped.
        return max((i for i, began in enumerate(self._began) if began), default=0)
