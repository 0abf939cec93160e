"""Whether a CSV file can be written as it is asked for, so that every reader gets it back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exports.engine.encoders.formulas import defused_name
from exports.query.errors import Invalid

if TYPE_CHECKING:
    from exports.engine.request import CsvOptions

LENGTH = 100  # characters
# Numbers, dates, true and false have no quotes: what stands for null must not look like them.
VALUE = re.compile(r"[+-]?\.?[0-9].*|true|false", re.IGNORECASE)


def check_csv(options: CsvOptions) -> None:
    """Whether a file can be written with these options.

    :raises Invalid: it cannot; the path is ``csv.delimiter`` or ``csv.null_text``.
    """
    _check_delimiter(options.delimiter)
    _check_null_text(options)


def _check_delimiter(delimiter: str) -> None:
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in "\"'\r\n\0":
        message = "The delimiter is one ASCII character, and neither a quote nor the end of a line."
        raise Invalid("csv.delimiter", message)
    if delimiter.isalnum() or delimiter in ".+-":
        message = "The delimiter must not be a character of a number or a word: try ';' or a tab."
        raise Invalid("csv.delimiter", message)
    if delimiter in "=@":
        message = f"After {delimiter!r} a spreadsheet expects a formula: try ';' or a tab."
        raise Invalid("csv.delimiter", message)


def _check_null_text(options: CsvOptions) -> None:
    text = options.null_text
    if len(text) > LENGTH or not text.isprintable():
        message = f"At most {LENGTH} characters, all of them printable, can stand for null."
        raise Invalid("csv.null_text", message)
    if '"' in text or options.delimiter in text:
        message = "What stands for null must hold neither a quote nor the delimiter."
        raise Invalid("csv.null_text", message)
    if VALUE.fullmatch(text):
        message = f"{text!r} looks like a value: choose a text that is no number, such as NULL."
        raise Invalid("csv.null_text", message)
    if options.formula_guard and text.strip("-") and defused_name(text) != text:
        message = f"A spreadsheet would run {text!r} as a formula: choose another text for null."
        raise Invalid("csv.null_text", message)
