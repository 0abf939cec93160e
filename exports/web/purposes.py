"""What a result is for, and the format and options that fit it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from exports.models import Format


@dataclass(frozen=True, slots=True)
class Purpose:
    """One answer to the question what a result is for.

    :ivar sets: the fields of the form that it decides, besides the format.
    """

    label: str
    about: str
    format: Format
    sets: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """All that it decides."""
        return {**_USUAL, **self.sets, "format": self.format.value}

    @property
    def settings_text(self) -> str:
        """The same as the page's script reads it."""
        return json.dumps(self.settings)


# What each of them puts back, so that one answer leaves nothing of another one behind.
_USUAL: dict[str, Any] = {
    "csv_bom": False,
    "csv_delimiter": ",",
    "csv_nested": "json",
    "csv_null_text": "",
    "csv_formulas": False,
    "compression": "",
}

PURPOSES = {
    "excel": Purpose(
        "Excel",
        "Or another spreadsheet: CSV that opens with a double click, a column for each field.",
        Format.CSV,
        {"csv_bom": True, "csv_nested": "flatten"},
    ),
    "program": Purpose(
        "A program",
        "One document a line, nested as it is, read as it comes.",
        Format.JSONL,
    ),
    "lake": Purpose(
        "A data lake",
        "Parquet: typed, compact, quick to scan, and read by every warehouse.",
        Format.PARQUET,
    ),
}
FIRST = "excel"
