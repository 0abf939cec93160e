"""Forms that say what is wrong in our words, beside the field that it is about."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from exports.domain.errors import DomainError

# What Django finds, in our words.
_SENTENCES = {
    "required": "This cannot be empty.",
    "max_length": "It may have at most %(limit_value)s characters.",
    "min_value": "It must be %(limit_value)s or more.",
    "max_value": "It must be %(limit_value)s or less.",
    "max_digits": "It may have at most %(max)s digits.",
    "invalid_choice": "'%(value)s' is not offered here.",
    "null_characters_not_allowed": "Take out the characters that are no text.",
}
_REQUIRED = forms.Field.default_error_messages["required"]


class WordedForm(forms.Form):
    """A form that says in our words what Django finds."""

    def add_error(self, field: str | None, error: Any) -> None:
        found = error if isinstance(error, ValidationError) else ValidationError(error)
        by_field = getattr(found, "error_dict", {"": getattr(found, "error_list", [])})
        # What a field says of itself stays: "Choose at least one …".
        for each in chain.from_iterable(by_field.values()):
            if each.code != "required" or each.message == _REQUIRED:
                each.message = _SENTENCES.get(each.code or "", each.message)
        super().add_error(field, found)


class AskForm(WordedForm):
    """A form whose errors come from the domain, each beside the field that it is about."""

    def refuse(self, refusal: DomainError) -> None:
        for error in refusal.errors:
            name = error.path.partition(".")[0]
            self.add_error(name if name in self.fields else None, error.message)
        self.focus()

    def focus(self) -> None:
        """Put the cursor into the first field that has to be put right."""
        name = next((each for each in self.fields if each in self.errors), None)
        if name:
            self.fields[name].widget.attrs["autofocus"] = True
