"""The form of a new export, and how it becomes the fields of a request."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import available_timezones

from django import forms

from exports.models import Format
from exports.web.fields import outermost
from exports.web.frozen import Sort

if TYPE_CHECKING:
    from django.http import QueryDict

    from exports.domain.errors import FieldError, InvalidRequest
    from exports.models import Collection

FORMATS = {
    Format.CSV: "For spreadsheets. One flat table; nested values are written as JSON text.",
    Format.PARQUET: "For analysis. Typed, compact and quick to read; nested values stay nested.",
    Format.JSONL: "For programs. One document a line, read as it comes.",
    Format.JSON: "For small results. One array that has to be read as a whole.",
}
SORTS = 3

# The order in which they stand on the page, for the summary and for the focus.
_ORDER = (
    *("collection", "paths", "where", "format", "order_by", "sample_size"),
    *("timezone", "label", "description", "file_name"),
)


class ExportForm(forms.Form):
    """What a person types; whether it can be carried out is for the domain to say."""

    collection = forms.CharField(label="Collection", max_length=100)
    where = forms.CharField(label="Filter", required=False)
    format = forms.ChoiceField(
        label="Format", choices=[(each, each.label) for each in FORMATS], initial=Format.CSV
    )
    sample_size = forms.IntegerField(
        label="Limit",
        required=False,
        help_text="At most so many rows, the first ones. Empty: all that match.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "Write a whole number, from 1 to 1000000."},
    )
    timezone = forms.CharField(
        label="Time zone",
        required=False,
        initial="UTC",
        help_text="How times are written in text formats. The offset is always written too.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    label = forms.CharField(
        label="Label",
        required=False,
        help_text="Shown in the list. Empty: the collection and the date.",
    )
    description = forms.CharField(
        label="What it is for",
        required=False,
        help_text="A note for whoever looks at this export later.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    file_name = forms.CharField(
        label="File name",
        required=False,
        help_text="Of what is downloaded, without its ending. Empty: the label.",
    )
    token = forms.CharField(
        required=False, max_length=32, widget=forms.HiddenInput, initial=lambda: uuid4().hex
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.ticked: list[str] = data.getlist("paths") if data else []
        self.sorts = _sorts(data)
        self.path_errors: list[str] = []
        self.sort_errors: list[str] = []
        self.other_errors: list[str] = []

    @classmethod
    def refilled(cls, data: QueryDict) -> ExportForm:
        """What was typed so far, not yet held against anybody."""
        form = cls(initial=data.dict())
        form.ticked, form.sorts = data.getlist("paths"), _sorts(data)
        return form

    def request(self, collection: Collection) -> dict[str, Any]:
        """The fields of the request, under the names that the API gives them.

        What could not be read is left out, so that the rest can be checked all the same.
        """
        typed = defaultdict(str, self.cleaned_data)
        return {
            "collection": collection.name,
            "paths": outermost(self.ticked),
            "where": typed["where"].strip() or None,
            "format": typed["format"] or Format.CSV,
            "order_by": [each.text for each in self.sorts if each.path],
            "sample_size": self.cleaned_data.get("sample_size"),
            "timezone": typed["timezone"].strip() or "UTC",
            "label": typed["label"],
            "description": typed["description"],
            "file_name": typed["file_name"],
        }

    def refuse(self, refusal: InvalidRequest) -> None:
        """Put each error of the domain beside the field that it is about."""
        for error in refusal.errors:
            self._put(error)

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Every error with the id of what it is about, in the order of the page."""
        beside: dict[str, list[str]] = {"paths": self.path_errors, "order_by": self.sort_errors}
        found = [
            (f"id_{name}", f"{self._word(name)}: {text}")
            for name in _ORDER
            for text in beside.get(name, []) or self.errors.get(name, [])
        ]
        return [*found, *(("", text) for text in self.other_errors)]

    def _word(self, name: str) -> str:
        """How the page calls a field."""
        others = {"paths": "Fields", "order_by": "Order"}
        return others.get(name) or str(self.fields[name].label)

    def focus(self) -> None:
        """Put the cursor into the first field that has to be put right."""
        name = self.first.removeprefix("id_")
        if name in self.fields:
            self.fields[name].widget.attrs["autofocus"] = True

    @property
    def first(self) -> str:
        """The id of the first field with an error: the focus goes there."""
        return next((where for where, _ in self.summary if where), "")

    def _put(self, error: FieldError) -> None:
        name, _, place = error.path.partition(".")
        if name == "paths":
            self.path_errors.append(error.message)
        elif name == "order_by":
            self.sort_errors.append(error.message)
        elif name in self.fields:
            self.add_error(name, f"{error.message} (At {error.path}.)" if place else error.message)
        else:
            self.other_errors.append(f"{error.path}: {error.message}")


@cache
def zones() -> list[str]:
    return sorted(name for name in available_timezones() if not name.startswith("Etc/"))


def _sorts(data: QueryDict | None) -> list[Sort]:
    """As many lines as there is room for, each with what was typed into it."""
    paths = data.getlist("order_by") if data else []
    downs = data.getlist("order_down") if data else []
    padded = [*zip(paths, [down == "1" for down in downs], strict=False), *[("", False)] * SORTS]
    return [Sort(path.strip(), down) for path, down in padded[:SORTS]]
