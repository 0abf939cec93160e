"""What is asked of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.query.tree import Node


class Format(StrEnum):
    """How documents are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self]

    @property
    def is_text(self) -> bool:
        return self is not Format.PARQUET


CONTENT_TYPES = {
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.JSONL: "application/x-ndjson",
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which documents of a collection to write, what of them, and how.

    :param collection: its name, which also names the file that comes out.
    :param paths: dot paths in the order wanted; empty means all that is not optional.
    :param where: the filter; None takes every document.
    :param order_by: paths, with ``-`` in front for descending; empty keeps the source's order.
    :param sample_size: at most so many rows.
    :param timezone: how times are written in text formats; Parquet always holds UTC.
    """

    collection: str
    format: Format = Format.PARQUET
    paths: tuple[str, ...] = ()
    where: Node | None = None
    order_by: tuple[str, ...] = ()
    sample_size: int | None = None
    timezone: str = "UTC"
