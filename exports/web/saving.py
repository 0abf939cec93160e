"""The form of a template: a name, and the request as the API takes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms

from exports.web.worded import AskForm

if TYPE_CHECKING:
    from exports.domain.errors import DomainError

_LONGEST = 200_000


class TemplateForm(AskForm):
    """What is wrong with the request is told beside it, with the field of it that is meant."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="What it is for, such as “Late flights, for the weekly report”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label="Description",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    request = forms.CharField(
        label="Request",
        max_length=_LONGEST,
        help_text="The JSON that makes the export over REST.",
        widget=forms.Textarea(
            attrs={"rows": 14, "class": "mono", "spellcheck": "false", "autocomplete": "off"}
        ),
    )

    def clean_request(self) -> dict[str, Any]:
        try:
            found = json.loads(self.cleaned_data["request"])
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise forms.ValidationError(f"This is not JSON: see {place}.") from error
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("This JSON is too deep, or a number too long.") from error
        if not isinstance(found, dict):
            raise forms.ValidationError('Write an object: {"collection": "…"}.')
        return found

    def refuse(self, refusal: DomainError) -> None:
        for error in refusal.errors:
            name, _, within = error.path.partition(".")
            says = f"{within}: {error.message}" if within else error.message
            self.add_error(name if name in self.fields else None, says)
        self.focus()
