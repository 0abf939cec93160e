"""How far a run has come, to be read from another thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Progress:
    """Counted where the bytes are written; each value may be read at any time.

    ``rows_total`` is None until it is known, and may stay so.
    """

    step: str = "reading"
    rows_done: int = 0
    bytes_done: int = 0
    rows_total: int | None = None
    _begun: dict[str, float] = field(default_factory=dict, init=False, compare=False)

    def begin(self, step: str) -> None:
        """The run goes on to its next step."""
        self._begun[step] = monotonic()
        self.step = step

    @property
    def begun(self) -> dict[str, float]:
        """How many seconds ago each step began; of the first one its caller knows."""
        now = monotonic()
        return {step: now - at for step, at in self._begun.copy().items()}
