"""A preview as the page shows it: figures, cells of text, and what to know before it runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from exports.engine.encoders.formulas import defused_name
from exports.models import Format
from exports.web.results import noticed
from exports.web.wording import number, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.domain.requests import ExportRequest
    from exports.engine.preview import Preview
    from exports.web.offer import Offer

EXCEL_ROWS = 1_048_576  # of a sheet, the header among them
_LONGEST = 80  # characters of a cell
_WIDEST = 24  # columns


@dataclass(frozen=True, slots=True)
class Cell:
    """The beginning of a value. :ivar is_null: there is none."""

    text: str
    is_null: bool = False
    is_number: bool = False

    @classmethod
    def of(cls, value: Any) -> Cell:
        if value is None:
            return cls("null", is_null=True)
        if isinstance(value, str):
            return cls(_short(value))
        plain = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        written = json.dumps(value, ensure_ascii=False, default=float) if not plain else str(value)
        return cls(_short(written), is_number=plain)


@dataclass(frozen=True, slots=True)
class Look:
    """What an export would bring."""

    shown: Preview
    request: ExportRequest
    offer: Offer

    @property
    def count(self) -> str:
        return f"{'' if self.shown.exact else 'At least '}{number(self.shown.count)}"

    @property
    def rows_word(self) -> str:
        what = "element" if self.request.prefix else "document"
        return what if self.shown.exact and self.shown.count == 1 else f"{what}s"

    @property
    def size(self) -> str:
        """How large the data is likely to be; empty when nobody can tell."""
        return "" if self.shown.bytes is None else f"About {size(self.shown.bytes)}"

    @property
    def columns(self) -> list[str]:
        """The first of them."""
        return [each.path for each in self.shown.columns[:_WIDEST]]

    @property
    def more_columns(self) -> int:
        return len(self.shown.columns) - len(self.columns)

    @property
    def cells(self) -> list[list[Cell]]:
        return [[Cell.of(_at(row, path)) for path in self.columns] for row in self._rows]

    @property
    def warnings(self) -> list[str]:
        """What to know before it runs."""
        return [*self._about_rows(), *self._about_formulas(), *self._left_out(), *self._noticed()]

    def _about_rows(self) -> Iterator[str]:
        if self.shown.exact and not self.shown.count:
            yield "Nothing matches: the file would have no rows. Look at the filter again."
        too_many = self.shown.count + 1 - EXCEL_ROWS
        if self._is_csv and too_many > 0:
            yield (
                f"Excel takes {number(EXCEL_ROWS)} rows, the header among them, and would leave "
                f"out {'at least ' if not self.shown.exact else ''}{number(too_many)}."
            )

    def _about_formulas(self) -> Iterator[str]:
        values = [value for row in self._rows for value in row.values()]
        if not self._is_csv or not any(_is_formula(value) for value in values):
            return
        if self.request.csv.formula_guard:
            yield "Some text begins like a formula: a ' is put before it, so that nothing runs it."
        else:
            yield "Some text begins like a formula, and is left so: a spreadsheet would run it."

    def _left_out(self) -> Iterator[str]:
        if self.offer.vectors and not self.request.include_vectors:
            names = ", ".join(self.offer.vectors)
            yield f"Vectors are left out unless you tick them under “What comes along”: {names}."

    def _noticed(self) -> Iterator[str]:
        for each in noticed(self.shown.notices):
            yield f"In these first rows, {each}."

    @property
    def _is_csv(self) -> bool:
        return self.request.format == Format.CSV

    @property
    def _rows(self) -> list[dict[str, Any]]:
        """Numbers as they are written."""
        return [json.loads(line, parse_float=Decimal) for line in self.shown.lines]


def _at(row: Any, path: str) -> Any:
    """The value of a column, which may be a field of a struct."""
    name, _, rest = path.partition(".")
    inner = row.get(name) if isinstance(row, dict) else None
    return _at(inner, rest) if rest else inner


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and defused_name(value) != value


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
