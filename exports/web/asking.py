"""From what was typed into the form of a new export to the fields of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exports.models import Format
from exports.web.after import after_fields
from exports.web.purposes import PURPOSES
from exports.web.ticks import chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.web.forms import ExportForm
    from exports.web.offer import Offer

    Typed = Mapping[str, Any]

_NUMBERS = {"sample_size": None, "sample_seed": None}


def request_fields(form: ExportForm, offer: Offer) -> dict[str, Any]:
    """The fields of the request, under the names that the API gives them.

    What could not be read is left out, so that the rest can be checked all the same. So is what
    the page does not show: options of another format, and what the collection does not have.
    """
    typed = {**dict.fromkeys(form.fields, ""), **_NUMBERS, **form.cleaned_data}
    if not typed["format"] and typed["purpose"]:
        typed |= PURPOSES[typed["purpose"]].settings
    format_ = typed["format"] or Format.CSV
    choice = chosen(offer.outline, form.ticked, form.whole, form.added)
    return {
        "collection": offer.collection.name,
        "prefix": _prefix(typed),
        "principal": typed["principal"],
        "paths": choice.paths,
        "include": choice.include,
        "expand": choice.expand,
        "where": typed["where"].strip() or None,
        "format": format_,
        "order_by": [each.text for each in form.sorts if each.path],
        **_sample(typed),
        **_along(typed, offer),
        "archive": "zip" if typed["archive"] else "none",
        "compression": typed["compression"] or None,
        "timezone": "UTC" if format_ == Format.PARQUET else typed["timezone"].strip() or "UTC",
        "csv": _csv(typed) if format_ == Format.CSV else {},
        **after_fields(typed),
        "label": typed["label"],
        "description": typed["description"],
        "file_name": typed["file_name"],
    }


def _prefix(typed: Typed) -> str:
    within = f"{typed['document']}/" if typed["document"] else ""
    return f"{within}{typed['elements']}" if typed["elements"] else ""


def _sample(typed: Typed) -> dict[str, Any]:
    asked = {"sample_size": typed["sample_size"]}
    if typed["sample_method"] == "random":
        asked |= {"sample_method": "random", "sample_seed": typed["sample_seed"]}
    return asked


def _along(typed: Typed, offer: Offer) -> dict[str, Any]:
    """What comes along with the data. A zip within a zip is only made when it is asked for."""
    files = bool(offer.files and typed["export_files"])
    zips = {"always": True, "never": False}.get(typed["zip_files"], not typed["archive"])
    return {
        "include_vectors": bool(offer.vectors and typed["include_vectors"]),
        "export_files": files,
        "zip_files": files and zips,
    }


def _csv(typed: Typed) -> dict[str, Any]:
    delimiter = typed["csv_delimiter"]
    return {
        "delimiter": "\t" if delimiter.strip().lower() == "tab" else delimiter or ",",
        "bom": bool(typed["csv_bom"]),
        "formula_guard": not typed["csv_formulas"],
        "null_text": typed["csv_null_text"],
        "nested": typed["csv_nested"] or "json",
    }
