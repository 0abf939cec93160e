"""Keeps spreadsheets from running text as a formula: a ``'`` goes before what would begin one."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

STARTS = "=+-@\t\r\n\0＝＋－＠"  # noqa: RUF001 - the full-width forms are meant
DANGEROUS = pa.array([each.encode() for each in STARTS if each.isascii()])
# A blank, or a full-width form, may begin with one of these: such cells are looked at closely.
UNSURE = pa.array([b" ", b"\xc2", b"\xe1", b"\xe2", b"\xe3", b"\xef"])
SUSPICIOUS = pa.concat_arrays([DANGEROUS, UNSURE])
FORMULA = r"^[\pZ\x{200b}\x{feff}]*[" + STARTS.replace("-", r"\-") + "]"


def defused(column: pa.Array) -> pa.Array:
    """Text cells, those that would be taken for a formula with a ``'`` in front."""
    first = pc.binary_slice(column.cast(pa.binary()), 0, 1)
    if not pc.any(pc.is_in(first, SUSPICIOUS)).as_py():
        return column
    dangerous = pc.is_in(first, DANGEROUS)
    unsure = pc.is_in(first, UNSURE)
    if pc.any(unsure).as_py():
        closely = pc.match_substring_regex(column.filter(unsure), FORMULA)
        dangerous = pc.replace_with_mask(dangerous, unsure, closely)
    return pc.if_else(dangerous, pc.binary_join_element_wise("'", column, ""), column)


def defused_name(name: str) -> str:
    """A header, treated as a cell."""
    return str(defused(pa.array([name]))[0])
