"""The forms for members, principals and one's own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BoundField

from exports.models import Right, Role
from exports.web.worded import AskForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from exports.domain.access import Caller

ROLES = {
    Role.ADMIN: "Does everything, with every collection.",
    Role.EXPORTER: "Makes, watches and downloads his own exports of the collections given to him.",
    Role.AUDITOR: "Reads what was exported, by whom and when; never the data.",
}
_RIGHTS = [
    ("", "Nothing"),
    (Right.SEE, "See its fields"),
    (Right.PREVIEW, "… and look at documents"),
    (Right.EXPORT, "… and export it"),
]


@dataclass(frozen=True, slots=True)
class Choice:
    """The right on one collection, as the form asks for it."""

    collection: str
    field: BoundField


class NameForm(AskForm):
    """How others see him; the address is shown where there is none."""

    name = forms.CharField(
        label="Name",
        required=False,
        max_length=100,
        help_text="How others see you. Empty: your e-mail address.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class PrincipalForm(AskForm):
    """A name and its identities, one a line."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="How requests and pages call it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    identities = forms.CharField(
        label="Identities",
        required=False,
        help_text="One a line, written as the documents' access lists hold them. "
        "Without any, it reads public collections only.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )

    @property
    def given(self) -> dict[str, Any]:
        """What the domain takes."""
        lines = self.cleaned_data["identities"].splitlines()
        return {
            "name": self.cleaned_data["name"],
            "identities": [line.strip() for line in lines if line.strip()],
        }


class MemberForm(AskForm):
    """A role, as whom he runs, and a right on each collection."""

    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.EXPORTER)
    principal = forms.ChoiceField(
        label="Runs as",
        required=False,
        help_text="Whatever he asks, it brings only what this principal may read. "
        "Who is bound administers nothing.",
    )

    def __init__(self, caller: Caller, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        names = caller.principals.values_list("name", flat=True)
        self.fields["principal"].choices = [  # type: ignore[attr-defined]
            ("", "Nobody: everything in his collections"),
            *((name, name) for name in names),
        ]
        self._names = {
            f"right_{uid}": name
            for uid, name in caller.collections.order_by("name").values_list("uid", "name")
        }
        held = self.initial.get("collections", {})
        for field, name in self._names.items():
            self.fields[field] = forms.ChoiceField(
                label=name, required=False, choices=_RIGHTS, initial=held.get(name, "")
            )

    @property
    def rights(self) -> Iterable[Choice]:
        return [Choice(name, self[field]) for field, name in self._names.items()]

    @property
    def given(self) -> dict[str, Any]:
        """What the domain takes: what the role has no use for is left out."""
        typed = self.cleaned_data
        role = typed["role"]
        chosen = {n: typed[field] for field, n in self._names.items() if typed[field]}
        return {
            "role": role,
            "principal": "" if role == Role.AUDITOR else typed["principal"],
            "rights": chosen if role == Role.EXPORTER else {},
        }


class JoinForm(MemberForm):
    """The same for somebody who is no member yet."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="Of somebody who has an account. The operator makes accounts.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "role", "principal")

    @property
    def given(self) -> dict[str, Any]:
        return {**super().given, "email": self.cleaned_data["email"]}
