"""Keeps spreadsheets from running text as a formula: a ``'`` goes before what would begin one."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

STARTS = "=+-@\t\r\n\0＝＋－＠"  # noqa: RUF001 - the full-width forms are meant
DANGEROUS = pa.array([each.encode() for each in STARTS if each.isascii()])
# A blank, or a full-width form, may begin with one of these: such cells are looked at closely.
UNSURE = [b" ", b"\xc2", b"\xe1", b"\xe2", b"\xe3", b"\xef"]


def defused(column: pa.Array, delimiter: str = ",") -> pa.Array:
    """Text cells, those that would be taken for a formula with a ``'`` in front.

    :param delimiter: of the file: a reader that does not know quotes begins a cell after it.
    """
    closer = pa.array([*UNSURE, delimiter.encode()])
    first = pc.binary_slice(column.cast(pa.binary()), 0, 1)
    if not pc.any(pc.is_in(first, pa.concat_arrays([DANGEROUS, closer]))).as_py():
        return column
    dangerous = pc.is_in(first, DANGEROUS)
    unsure = pc.is_in(first, closer)
    if pc.any(unsure).as_py():
        closely = pc.match_substring_regex(column.filter(unsure), _formula(delimiter))
        dangerous = pc.replace_with_mask(dangerous, unsure, closely)
    return pc.if_else(dangerous, pc.binary_join_element_wise("'", column, ""), column)


def defused_name(name: str, delimiter: str = ",") -> str:
    """A header, treated as a cell."""
    return str(defused(pa.array([name]), delimiter)[0])


def _formula(delimiter: str) -> str:
    before = r"[\pZ\x{200b}\x{feff}" + re.escape(delimiter) + "]*"
    return "^" + before + "[" + STARTS.replace("-", r"\-") + "]"
