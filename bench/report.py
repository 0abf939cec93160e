"""What a bench has found: a table, and for each budget whether it is met."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What was found beside what is aimed at and what must be held.

    Less is better, unless ``more`` is true.
    """

    name: str
    found: float
    aim: float
    floor: float
    unit: str
    more: bool = False

    @property
    def verdict(self) -> str:
        if self._meets(self.aim):
            return "ok, within the aim"
        return "ok" if self._meets(self.floor) else "over floor"

    @property
    def held(self) -> bool:
        return self._meets(self.floor)

    def line(self) -> str:
        bounds = f"aim {self.aim:g}, floor {self.floor:g}"
        return f"  {self.name}: {self.found:.2f} {self.unit} ({bounds}): {self.verdict}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict}

    def _meets(self, bound: float) -> bool:
        return self.found >= bound if self.more else self.found <= bound


@dataclass(frozen=True, kw_only=True)
class Report:
    """One table: its rows are mappings with the same keys, numbers as they were measured."""

    title: str
    rows: Sequence[Mapping[str, str | float]] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)
    failure: str = ""

    @property
    def held(self) -> bool:
        return not self.failure and all(budget.held for budget in self.budgets)

    def text(self) -> str:
        """The table as it is printed."""
        lines = [self.title, *_table(self.rows), *(budget.line() for budget in self.budgets)]
        if self.failure:
            lines.append(f"  failed: {self.failure}")
        return "\n".join(lines) + "\n"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "budgets": [budget.to_json() for budget in self.budgets]}


def _table(rows: Sequence[Mapping[str, str | float]]) -> list[str]:
    if not rows:
        return []
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    return ["  " + "  ".join(_aligned(row, widths)) for row in cells]


def _aligned(row: list[str], widths: list[int]) -> list[str]:
    first, *others = (each for each in zip(row, widths, strict=True))
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
