"""The form of a new export: what can be typed, and where each error stands."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import available_timezones

from django import forms

from exports.models import Format
from exports.web.after import AfterForm, after_error
from exports.web.frozen import Sort
from exports.web.purposes import FIRST, PURPOSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from exports.domain.errors import FieldError

FORMATS = {
    Format.CSV: "For spreadsheets. One flat table; nested values are written as JSON text.",
    Format.PARQUET: "For analysis. Typed, compact and quick to read; nested values stay nested.",
    Format.JSONL: "For programs. One document a line, read as it comes.",
    Format.JSON: "For small results. One array that has to be read as a whole.",
}
SORTS = 3

# The order in which they stand on the page, for the summary and for the focus.
_MORE = (
    *("timezone", "archive", "compression", "csv_delimiter", "csv_null_text", "csv_nested"),
    *("csv_bom", "csv_formulas"),
)
_ORDER = (
    *("collection", "elements", "document", "principal", "paths", "where", "order_by"),
    *("sample_size", "sample_method", "sample_seed", "purpose", "format"),
    *("include_vectors", "export_files", "zip_files", *_MORE),
    *(
        "notify_webhooks",
        "notify_emails",
        "notify_on",
        "after_script",
        "label",
        "description",
        "file_name",
    ),
)
_DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


def _tick(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


class ExportForm(AfterForm):
    """What a person types; whether it can be carried out is for the domain to say.

    Every option says nothing unless it is ticked or filled in, so that a form without it asks for
    what is usual.
    """

    collection = forms.CharField(label="Collection", max_length=100)
    elements = forms.CharField(label="One row per", required=False)
    document = forms.CharField(
        label="Only of the document",
        required=False,
        strip=False,
        help_text="Its key. Empty: the elements of every document.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    principal = forms.CharField(label="Run as", required=False, max_length=100)
    where = forms.CharField(label="Filter", required=False)
    sample_size = forms.IntegerField(
        label="Limit",
        required=False,
        help_text="At most so many rows. Empty: all.",
        widget=forms.TextInput(attrs=_DIGITS),
        error_messages={"invalid": "Write a whole number, from 1 to 1000000."},
    )
    sample_method = forms.ChoiceField(
        label="Which rows",
        required=False,
        help_text="When there are more of them.",
        choices=[("first", "The first ones"), ("random", "A random sample")],
    )
    sample_seed = forms.IntegerField(
        label="Seed",
        required=False,
        help_text="The same number, the same rows.",
        widget=forms.TextInput(attrs={**_DIGITS, "placeholder": "0"}),
        error_messages={"invalid": "Write a whole number, 0 or more."},
    )
    purpose = forms.ChoiceField(
        label="What it is for",
        required=False,
        choices=[(value, each.label) for value, each in PURPOSES.items()],
        initial=FIRST,
    )
    format = forms.ChoiceField(
        label="Format", required=False, choices=[(each, each.label) for each in FORMATS]
    )
    include_vectors = _tick("The vectors", "In a file of their own, with the key beside each.")
    export_files = _tick(
        "The files", "Those that the documents name; the data says which is whose."
    )
    zip_files = forms.ChoiceField(
        label="How the files come",
        required=False,
        help_text="More than 100 have to be packed.",
        choices=[
            ("", "Packed: in one files.zip, or in the zip of everything"),
            ("always", "In one files.zip, whatever else is zipped"),
            ("never", "Each by itself, under files/"),
        ],
    )
    timezone = forms.CharField(
        label="Time zone",
        required=False,
        initial="UTC",
        help_text="How times are written. The offset is always written too.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    archive = _tick("Everything in one zip", "With the checksum of each file in it.")
    compression = forms.ChoiceField(
        label="Compression",
        required=False,
        help_text="As usual: none around text, zstd inside Parquet.",
        choices=[
            *(("", "As usual"), ("gzip", "gzip"), ("zstd", "Zstandard")),
            *(("snappy", "Snappy"), ("none", "None")),
        ],
    )
    csv_delimiter = forms.CharField(
        label="Delimiter",
        required=False,
        strip=False,
        initial=",",
        help_text="One character, or the word “tab”.",
        widget=forms.TextInput(attrs={"list": "delimiters", "autocomplete": "off"}),
    )
    csv_null_text = forms.CharField(
        label="For null",
        required=False,
        strip=False,
        help_text="Such as NULL. Usually nothing.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    csv_nested = forms.ChoiceField(
        label="Structs",
        required=False,
        initial="json",
        help_text="Lists stay JSON in a cell.",
        choices=[("json", "JSON in one cell"), ("flatten", "A column for each field")],
    )
    csv_bom = _tick("For Excel", "Begins with the mark by which Excel knows UTF-8.")
    csv_formulas = _tick(
        "Leave formulas as they are",
        "Otherwise a ' stands before text that a spreadsheet would run.",
    )
    label = forms.CharField(
        label="Label",
        required=False,
        help_text="Shown in the list. Empty: the collection and the date.",
    )
    description = forms.CharField(
        label="Description",
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
        self._take_lists(data)
        self.path_errors: list[str] = []
        self.sort_errors: list[str] = []
        self.other_errors: list[str] = []

    @classmethod
    def refilled(cls, data: QueryDict) -> ExportForm:
        """What was typed so far, not yet held against anybody."""
        form = cls(initial=data.dict())
        form._take_lists(data)
        return form

    def _take_lists(self, data: QueryDict | None) -> None:
        self.added: list[str] = data.getlist("include") if data else []
        self.ticked: list[str] = [*data.getlist("paths"), *self.added] if data else []
        self.whole: list[str] = data.getlist("expand") if data else []
        self.sorts = _sorts(data)

    @property
    def order_text(self) -> str:
        """The ticked fields in their order, as the page's script reads it."""
        return json.dumps(self.ticked)

    @property
    def opened(self) -> set[str]:
        """The references behind which something is ticked."""
        names = [path.split(".") for path in self.ticked]
        above = {".".join(each[:at]) for each in names for at in range(1, len(each))}
        return above | set(self.whole)

    @property
    def says_more(self) -> bool:
        """Whether an option that is folded away is wrong, or asks for what is not usual."""
        purpose = PURPOSES.get(str(self["purpose"].value()))
        usual = purpose.settings if purpose else {}
        return any(
            self[name].errors or self._asked(name) not in ("", usual.get(name, ""))
            for name in _MORE
        )

    def _asked(self, name: str) -> Any:
        """What a field asks for; empty when that is what it says by itself."""
        value = self[name].value()
        if isinstance(self.fields[name], forms.BooleanField):
            return bool(value) or ""
        return "" if value in (None, self.fields[name].initial) else value

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors or self.path_errors or self.sort_errors or self.other_errors)

    def refuse(self, errors: Iterable[FieldError]) -> None:
        """Put each error of the domain beside the field that it is about, once."""
        for error in errors:
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
        if after_error(self, error):
            return
        # A form has a prefix of its own.
        path = {"prefix": "elements"}.get(error.path, error.path.replace("csv.", "csv_", 1))
        name, _, place = path.partition(".")
        if name in ("paths", "include", "expand"):
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
