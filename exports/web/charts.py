"""Bar charts as SVG, made on the server: what a template draws, and the same numbers as a table.

``charts/bars.html`` draws one; its size and colours are those of ``static/css/charts.css``. The
drawing is as wide as its place and keeps its height; what is written stands beside it as text,
so that it is as large as all other text on any screen.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from django.utils.html import format_html_join

from exports.web.wording import number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.safestring import SafeString

HEIGHT = 100
STEP = 10  # the width that a bar and the gap beside it take up, in the units of the drawing
_BAR = 8
_LEAST = 2  # of a value that is not zero, so that it can be seen
_RECT = (
    '<rect class="chart-bar" x="{0}" y="{1}" height="{2}" width="{5}">'
    "<title>{3}: {4}</title></rect>"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: where it stands in the drawing, and what it says."""

    x: int
    y: float
    height: float
    label: str
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One series.

    :ivar id: unique on the page. :ivar title: what is shown. :ivar summary: the same in words,
        for who does not see it. :ivar total: of all values. :ivar top: where the scale ends.
    :ivar tone: ``accent`` or ``bad``.
    """

    id: str
    title: str
    summary: str
    total: str
    top: str
    tone: str
    width: int
    bars: list[Bar]

    @property
    def drawn(self) -> SafeString:
        """The bars as SVG. Not looped over in the template, which takes ten times as long."""
        return format_html_join(
            "", _RECT, ((*astuple(bar), _BAR) for bar in self.bars if bar.height)
        )

    @property
    def first(self) -> str:
        return self.bars[0].label if self.bars else ""

    @property
    def last(self) -> str:
        return self.bars[-1].label if self.bars else ""


def chart(
    title: str,
    labels: Sequence[str],
    values: Sequence[int],
    *,
    told: Callable[[int], str] = number,
    tone: str = "accent",
) -> Chart:
    """A chart of values that are not negative, one bar for each.

    :param title: also its id, in small letters. :param labels: what each value belongs to.
    :param told: a value as people read it.
    """
    top = _scale(max(values, default=0))
    return Chart(
        id=f"chart-{title.lower().replace(' ', '-')}",
        title=title,
        summary=_summary(labels, values, told),
        total=told(sum(values)),
        top=told(top),
        tone=tone,
        width=max(1, len(values)) * STEP,
        bars=[
            _bar(place, label, value, top, told)
            for place, (label, value) in enumerate(zip(labels, values, strict=True))
        ],
    )


def _bar(place: int, label: str, value: int, top: int, told: Callable[[int], str]) -> Bar:
    height = max(_LEAST, round(value / top * HEIGHT, 2)) if value else 0
    x = place * STEP + (STEP - _BAR) // 2
    return Bar(x, round(HEIGHT - height, 2), height, label, told(value))


def _summary(labels: Sequence[str], values: Sequence[int], told: Callable[[int], str]) -> str:
    if not any(values):
        return "Nothing in this time."
    most = max(values)
    return f"{told(sum(values))} in all; the most, {told(most)}, on {labels[values.index(most)]}."


def _scale(most: int) -> int:
    """The next number that is 1, 2 or 5 with noughts behind it."""
    if most <= 1:
        return 1
    power: int = 10 ** (len(str(most)) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most)
