"""What is asked of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from exports.query.tree import EVERYTHING

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


class Compression(StrEnum):
    """How a file is made smaller: around text, inside Parquet."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    SNAPPY = "snappy"


class Nested(StrEnum):
    """What CSV makes of a struct: a cell of JSON, or a column for each of its fields."""

    JSON = "json"
    FLATTEN = "flatten"


class SampleMethod(StrEnum):
    """Which rows a sample has: those that come first, or any, the same each time."""

    FIRST = "first"
    RANDOM = "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvOptions:
    """How CSV is written.

    :param bom: begin with the mark by which Excel knows UTF-8.
    :param formula_guard: keep spreadsheets from running text as a formula.
    :param null_text: what stands for null.
    """

    delimiter: str = ","
    bom: bool = False
    formula_guard: bool = True
    null_text: str = ""
    nested: Nested = Nested.JSON


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the array of a JSON file: ``{**header, key: [...]}``."""

    header: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which documents of a collection to write, what of them, and how.

    :param collection: its id in the catalogue.
    :param paths: dot paths in the order wanted; empty means all that is not optional.
    :param include: optional properties to add.
    :param expand: references to replace by the documents that they name.
    :param where: the filter.
    :param order_by: paths, with ``-`` in front for descending; empty keeps the source's order.
    :param identities: those of the principal as whom it runs; None when nobody restricts it.
    :param prefix: the path of a list whose elements to write, one row each; before its last
        ``/`` the key of the one document to take them from.
    :param sample_size: at most so many rows.
    :param sample_seed: another number gives another random sample.
    :param timezone: how times are written in text formats; Parquet always holds UTC.
    :param include_vectors: write the vectors too, to a file of their own.
    :param export_files: bring along the files that the documents name.
    :param zip_files: put those into one zip.
    :param archive: put everything into one zip.
    :param compression: None is the format's own: zstd inside Parquet, nothing around text.
    """

    collection: str
    format: Format = Format.PARQUET
    paths: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    where: Node = EVERYTHING
    order_by: tuple[str, ...] = ()
    identities: tuple[str, ...] | None = None
    prefix: str = ""
    sample_size: int | None = None
    sample_method: SampleMethod = SampleMethod.FIRST
    sample_seed: int = 0
    timezone: str = "UTC"
    include_vectors: bool = False
    export_files: bool = False
    zip_files: bool = False
    archive: bool = False
    compression: Compression | None = None
    csv: CsvOptions = CsvOptions()
    envelope: Envelope | None = None

    @property
    def around(self) -> Compression | None:
        """The compression around the text, if there is any."""
        wraps = self.format.is_text and self.compression in (Compression.GZIP, Compression.ZSTD)
        return self.compression if wraps else None

    @property
    def has_lines(self) -> bool:
        """Whether the data is a file of lines, out of which some can be read."""
        return self.format is Format.JSONL and not self.archive
