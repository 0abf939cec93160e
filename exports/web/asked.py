"""The options of a request in words: those that ask for something, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.query.reach import prefix_parts
from exports.web.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.models import Export

_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "blank"}


def options(export: Export) -> list[tuple[str, str]]:
    """What each option is called, and what it asks for."""
    said = {
        "Limit": _limit(export),
        "Vectors": "In a file of their own" if export.include_vectors else "",
        "Files": _files(export),
        "Archive": "Everything in one zip" if export.archive == "zip" else "",
        "Compression": export.compression,
        "CSV": "; ".join(_csv(export)),
        "Time zone": export.timezone if export.timezone != "UTC" else "",
        "File name": export.file_name,
    }
    return [(word, text) for word, text in said.items() if text]


def rows_of(export: Export) -> tuple[str, str]:
    """The list whose elements are the rows, and the key of the only document they are from."""
    document, path = prefix_parts(export.prefix)
    return path, document or ""


def _limit(export: Export) -> str:
    if not export.sample_size:
        return ""
    rows = f"{number(export.sample_size)} {'row' if export.sample_size == 1 else 'rows'}"
    if export.sample_method == "random":
        return f"A random sample of {rows}, with the seed {export.sample_seed}"
    return f"The first {rows}"


def _files(export: Export) -> str:
    if not export.export_files:
        return ""
    return f"Those that the documents name{', in one files.zip' if export.zip_files else ''}"


def _csv(export: Export) -> Iterator[str]:
    asked = export.csv
    if delimiter := asked.get("delimiter"):
        yield f"{_DELIMITERS.get(delimiter, delimiter)} as delimiter"
    if text := asked.get("null_text"):
        yield f"“{text}” for null"
    if asked.get("nested") == "flatten":
        yield "a column for each field of a struct"
    if asked.get("bom"):
        yield "for Excel"
    if asked.get("formula_guard") is False:
        yield "formulas left as they are"
