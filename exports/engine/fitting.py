"""Whether the fields of a request that shape its files fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.engine.csvcheck import check_csv
from exports.engine.encoders.json import check_envelope
from exports.engine.request import Compression, CsvOptions, Format, SampleMethod
from exports.engine.zone import check_zone
from exports.query.errors import Invalid

if TYPE_CHECKING:
    from exports.engine.request import Request

TEXT = (Compression.NONE, Compression.GZIP, Compression.ZSTD)
PARQUET = (*TEXT, Compression.SNAPPY)


def check_fitting(request: Request) -> None:
    """:raises Invalid: a field has a value of its own that cannot be, or does not fit another."""
    check_zone(request.timezone)
    _check_compression(request)
    _check_csv(request)
    _check_envelope(request)
    if request.sample_method is SampleMethod.RANDOM and request.sample_size is None:
        raise Invalid("sample_size", "A random sample needs a size: say how many rows to take.")
    if request.zip_files and not request.export_files:
        message = "'zip_files' says how files come along: ask for 'export_files' as well."
        raise Invalid("zip_files", message)


def _check_compression(request: Request) -> None:
    known = TEXT if request.format.is_text else PARQUET
    if request.compression is not None and request.compression not in known:
        names = ", ".join(known)
        message = f"{request.compression} does not fit {request.format}; choose one of {names}."
        raise Invalid("compression", message)


def _check_csv(request: Request) -> None:
    if request.format is Format.CSV:
        check_csv(request.csv)
        return
    usual = CsvOptions()
    for name in CsvOptions.__slots__:
        if getattr(request.csv, name) != getattr(usual, name):
            message = f"This is an option of CSV, and the format is {request.format}. Leave it out."
            raise Invalid(f"csv.{name}", message)


def _check_envelope(request: Request) -> None:
    if request.envelope is None:
        return
    if request.format is not Format.JSON:
        raise Invalid("envelope", "Only the format json has something around its documents.")
    check_envelope(request.envelope)
