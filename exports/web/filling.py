"""From a request to what would have to be typed for it: to duplicate it, or to start from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import QueryDict

from exports.query.reach import prefix_parts
from exports.web.after import after_typed
from exports.web.frozen import Sort, pretty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.domain.requests import ExportRequest
    from exports.web.offer import Offer

_AS_THEY_ARE = ("label", "description", "file_name", "sample_method", "timezone", "principal")


def typed_for(request: ExportRequest, offer: Offer) -> QueryDict:
    """What the form of a new export would have sent for a request of this collection."""
    document, elements = prefix_parts(request.prefix)
    typed: dict[str, Any] = {name: getattr(request, name) for name in _AS_THEY_ARE}
    typed |= {
        "collection": offer.collection.name,
        "elements": elements,
        "document": document or "",
        "where": where_text(request.where),
        "format": request.format,
        "compression": request.compression or "",
        "sample_size": _number(request.sample_size),
        "sample_seed": _number(request.sample_seed),
        "paths": _ticked(request, offer),
        "include": request.include,
        "expand": request.expand,
        "order_by": [Sort.of(each).path for each in request.order_by],
        "order_down": ["1" if Sort.of(each).down else "" for each in request.order_by],
        "token": uuid4().hex,
        **_along(request),
        **_csv(request),
        **after_typed(request),
    }
    return QueryDict(urlencode(typed, doseq=True))


def where_text(where: Mapping[str, Any] | str | None) -> str:
    """A filter as it stands in the text area; as text it stays as it was written."""
    return where if isinstance(where, str) else pretty(where) if where else ""


def _ticked(request: ExportRequest, offer: Offer) -> list[str]:
    """The fields, with the key where nothing else would say that no others are wanted."""
    optional = {each.path for each in offer.outline.all() if each.left_out}
    alone = bool(request.paths) and optional.issuperset(request.paths)
    return [*(offer.outline.keys[:1] if alone else ()), *request.paths]


def _along(request: ExportRequest) -> dict[str, Any]:
    ticks = {
        "include_vectors": request.include_vectors,
        "export_files": request.export_files,
        "archive": request.archive == "zip",
    }
    zips = "always" if request.zip_files else "never"
    ticked = {name: "on" for name, on in ticks.items() if on}
    return {**ticked, **({"zip_files": zips} if request.export_files else {})}


def _csv(request: ExportRequest) -> dict[str, Any]:
    asked = request.csv
    ticks = {"csv_bom": asked.bom, "csv_formulas": not asked.formula_guard}
    return {
        "csv_delimiter": "tab" if asked.delimiter == "\t" else asked.delimiter,
        "csv_null_text": asked.null_text,
        "csv_nested": asked.nested,
        **{name: "on" for name, on in ticks.items() if on},
    }


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
