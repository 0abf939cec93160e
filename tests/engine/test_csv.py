"""CSV: no cell is run as a formula, and nothing is lost on the way back."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from exports.engine.encoders.formulas import defused, defused_name
from tests.engine.exporting import of_table

if TYPE_CHECKING:
    from pathlib import Path

DANGEROUS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x"),
    *("＝1", "＋1", "－1", "＠x"),  # noqa: RUF001 - the full-width forms are meant
    *(" =1", "  \t", "\u00a0=1", "\u3000＝1", "\u2003-1", "\ufeff=1", "=", "-"),  # noqa: RUF001
]
HARMLESS = [
    *("", " ", "a=1", "1", "1-1", "'=1", '"=1"', "(=1)", "Ä=1", "漢字", "＃x", "  x", "ﾊ=1"),  # noqa: RUF001
    *("\u00a0", "\u00e9", "\ufeff", "🚢=", "_x", "~", "\u2028x"),
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_a_formula_gets_a_quote(text: str) -> None:
    assert defused(pa.array([text])).to_pylist() == ["'" + text]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(pa.array([text])).to_pylist() == [text]


def test_nulls_stay_null_among_both() -> None:
    column = pa.array([None, "=1", None, "a", "", " =1", "漢"])
    assert defused(column).to_pylist() == [None, "'=1", None, "a", "", "' =1", "漢"]
    assert defused(pa.array([None, None], pa.string())).to_pylist() == [None, None]
    assert defused(pa.array([], pa.string())).to_pylist() == []


def test_headers_are_cells_too() -> None:
    assert [defused_name(name) for name in ("=x", "+", "x")] == ["'=x", "'+", "x"]


def test_only_columns_of_text_are_touched(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": [-1],
            "text": ["-1"],
            "float": [-1.5],
            "binary": [b"\xf8\x00\x00"],  # +AAA in base64
            "list": [["=1"]],
            "-name": ["x"],
        }
    )
    out = of_table(tmp_path, table).out("csv")
    with out.open(newline="") as file:
        header, row = csv.reader(file)
    assert header == ["id", "text", "float", "binary", "list", "'-name"]
    assert row == ["-1", "'-1", "-1.5", "+AAA", '["=1"]', "x"]


AWKWARD = ["a,b", 'say "hi"', "two\nlines", "\r\n", ";", "'", "é\u2028🚢", " blank ", "\\N", "NULL"]


def test_awkward_text_comes_back(tmp_path: Path) -> None:
    table = pa.table({"id": range(len(AWKWARD)), "text": AWKWARD, 'na"me, x': AWKWARD})
    out = of_table(tmp_path, table).out("csv")
    with out.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["id", "text", 'na"me, x']
    guarded = ["'" + text if text == "\r\n" else text for text in AWKWARD]
    assert rows == [[str(i), text, text] for i, text in enumerate(guarded)]
