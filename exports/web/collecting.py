"""The forms that make and change a collection."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from django import forms

from exports.domain.collections import DESCRIPTION
from exports.domain.marks import PUBLIC
from exports.sources.keys import KEY_KINDS
from exports.web.worded import AskForm

if TYPE_CHECKING:
    from exports.domain.errors import DomainError
    from exports.models import Collection

RULES = {
    "": ("No principal", "Only exports that run as nobody read it."),
    PUBLIC: ("Every principal", "Whoever an export runs as, it reads every document."),
    "paths": ("Those whom a document names", "By fields that hold who may read the document."),
}
_QUIET = {"autocomplete": "off", "spellcheck": "false"}


class AccessForm(AskForm):
    """Which principals may read the documents."""

    access = forms.ChoiceField(
        label="Who may read",
        required=False,
        choices=[(value, label) for value, (label, _) in RULES.items()],
    )
    access_paths = forms.CharField(
        label="Fields that name who may read",
        required=False,
        help_text="One a line, such as carrier. Each holds text, or a list of it.",
        widget=forms.Textarea(attrs={**_QUIET, "rows": 2, "class": "mono"}),
    )

    def refuse(self, refusal: DomainError) -> None:
        for error in refusal.errors:
            name = error.path.partition(".")[0]
            name = "access_paths" if name == "access" else name
            self.add_error(name if name in self.fields else None, error.message)
        if not refusal.errors:
            self.add_error(None, refusal.message)
        self.focus()

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("access") == "paths" and not self.paths(typed):
            self.add_error("access_paths", "Name a field, or choose another rule.")
        return typed

    @staticmethod
    def paths(typed: dict[str, Any]) -> list[str]:
        lines = typed.get("access_paths", "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def rule(self) -> Any:
        """What the domain takes."""
        chosen = self.cleaned_data["access"]
        return self.paths(self.cleaned_data) if chosen == "paths" else chosen or None

    @staticmethod
    def typed(access: Any) -> dict[str, str]:
        """How the form shows a rule."""
        if isinstance(access, list):
            return {"access": "paths", "access_paths": "\n".join(access)}
        return {"access": access or "", "access_paths": ""}


class NewForm(AccessForm):
    """What is said of a collection whose files nobody has read yet."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="A plural, such as flights: how requests and pages call it.",
        widget=forms.TextInput(attrs=_QUIET),
    )
    key = forms.CharField(
        label="Key",
        required=False,
        max_length=200,
        help_text="The field that names each document. Empty: the first that is there in every "
        "document and different in all; another one can be chosen later.",
        widget=forms.TextInput(attrs=_QUIET),
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=DESCRIPTION,
        help_text="What the documents are, for those who choose among collections.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def given(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "name": typed["name"],
            "key": typed["key"],
            "description": typed["description"],
            "access": self.rule,
        }


class _Files(forms.FileInput):
    allow_multiple_selected = True


class UploadForm(NewForm):
    """The same, with files; what becomes of those is not the form's to say."""

    file = forms.FileField(
        label="Files",
        required=False,
        help_text="Parquet; or JSONL or CSV, also compressed as .gz or .zst. Several files of one "
        "kind are one collection.",
        widget=_Files(attrs={"multiple": True}),
    )
    field_order = ("name", "key", "description", "access", "access_paths", "file")


class LocationForm(NewForm):
    """The same, with files that lie where the service may read them."""

    locations = forms.CharField(
        label="Where it lies",
        help_text="Files or folders, one a line; also s3://bucket/prefix/ where that is allowed.",
        widget=forms.Textarea(attrs={**_QUIET, "rows": 2, "class": "mono"}),
    )
    field_order = ("locations", "name", "key", "description", "access", "access_paths")

    @property
    def given(self) -> dict[str, Any]:
        lines = self.cleaned_data["locations"].splitlines()
        return {**super().given, "locations": [each.strip() for each in lines if each.strip()]}


class EditForm(AskForm):
    """What a collection is called, and which field names its documents."""

    name = NewForm.base_fields["name"]
    description = NewForm.base_fields["description"]
    key = forms.ChoiceField(
        label="Key",
        help_text="The field that names each document. Another one counts once all documents "
        "have been looked at.",
    )

    def __init__(self, collection: Collection, data: Any = None) -> None:
        initial = {name: getattr(collection, name) for name in ("name", "description", "key")}
        super().__init__(data, initial=initial)
        if collection.was_read:
            names = [each.name for each in collection.schema.properties if each.kind in KEY_KINDS]
            self.fields["key"].choices = [(each, each) for each in names]  # type: ignore[attr-defined]
        else:
            self.fields["key"] = deepcopy(NewForm.base_fields["key"])
        if collection.error_field == "key" and data is None:
            self.fields["key"].widget.attrs["autofocus"] = True

    @property
    def given(self) -> dict[str, Any]:
        """What the domain takes: the key only when another one is chosen."""
        typed = self.cleaned_data
        changed = {"key": typed["key"]} if "key" in self.changed_data else {}
        return {"name": typed["name"], "description": typed["description"], **changed}
