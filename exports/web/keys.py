"""API keys as their pages show and ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from exports.domain.keyring import KeyState, key_state
from exports.models import Scope
from exports.web.worded import AskForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from exports.domain.access import Caller
    from exports.models import ApiKey

# What each scope allows, in the words of the form.
SCOPES: dict[str, tuple[str, str]] = {
    Scope.EXPORTS_READ: ("Look at exports", "Their list, requests and states; never the data."),
    Scope.EXPORTS_WRITE: ("Make exports", "Create, cancel, retry and delete them."),
    Scope.DOWNLOADS_READ: ("Download results", "Files, links to them, and rows."),
    Scope.COLLECTIONS_WRITE: ("Change collections", "Add, change and delete them."),
    Scope.AUDIT_READ: ("Read the history", "Who did what, and when."),
    Scope.SCRIPTS_WRITE: ("Send scripts", "Code that runs here when an export has ended."),
    Scope.ADMIN: ("All that you may", "Now and later, members and principals too; no scripts."),
}
_STATES: dict[KeyState, tuple[str, str, str]] = {
    "active": ("Active", "ready", "state-ready"),
    "revoked": ("Revoked", "cancelled", ""),
    "ended": ("Ended", "expired", ""),
    "closed": ("Its owner is shut out", "lock", ""),
}
_LONGEST = timedelta(days=364)  # the last day belongs to it
_USUAL = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Row:
    """One key of the list.

    :ivar collections: the names of those it is bound to, as far as they may be seen; None: all.
    """

    key: ApiKey
    state: KeyState
    collections: list[str] | None

    @property
    def is_over(self) -> bool:
        return self.state in ("revoked", "ended")

    @property
    def word(self) -> str:
        return _STATES[self.state][0]

    @property
    def icon(self) -> str:
        return _STATES[self.state][1]

    @property
    def tone(self) -> str:
        return _STATES[self.state][2]

    @property
    def scopes(self) -> list[tuple[str, str]]:
        """Each scope by its name, with its words."""
        return [(each, SCOPES[each][0]) for each in Scope.values if each in self.key.scopes]


def key_rows(caller: Caller, keys: Iterable[ApiKey]) -> list[Row]:
    """The keys with the names of what they are bound to: one query more, however many."""
    found, now = list(keys), timezone.now()
    uids = {uid for key in found for uid in key.collections or ()}
    bound = caller.collections.filter(uid__in=uids) if uids else caller.collections.none()
    names = dict(bound.values_list("uid", "name"))
    return [Row(key, key_state(key, now), _named(key, names)) for key in found]


def _named(key: ApiKey, names: dict[str, str]) -> list[str] | None:
    if key.collections is None:
        return None
    return sorted(names.get(uid, "one that is gone") for uid in key.collections)


class KeyForm(AskForm):
    """What a new key is for, what it may do, and for how long."""

    label = forms.CharField(
        label="Label",
        max_length=100,
        help_text="What it is for. The history shows it beside your name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the key may do."},
    )
    expires_at = forms.DateField(
        label="Ends after",
        help_text="Its last day, by UTC; in a year at most. Shorter is safer.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    principal = forms.ChoiceField(
        label="Runs as",
        required=False,
        help_text="Whatever is asked with it, it brings only what this principal may read.",
    )
    collections = forms.MultipleChoiceField(
        label="Only these collections", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, caller: Caller, data: QueryDict | None = None) -> None:
        super().__init__(data)
        today = timezone.now().date()
        self._choices("scopes", [(each, SCOPES[each][0]) for each in SCOPES if caller.may(each)])
        names = caller.collections.order_by("name").values_list("name", flat=True)
        self._choices("collections", [(name, name) for name in names])
        self.fields["expires_at"].initial = today + _USUAL
        self.fields["expires_at"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + _LONGEST).isoformat(),
        }
        if caller.may(Scope.ADMIN):
            principals = caller.principals.values_list("name", flat=True)
            free = ("", "Nobody: everything that you may")
            self._choices("principal", [free, *((name, name) for name in principals)])
        else:
            del self.fields["principal"]

    @property
    def abouts(self) -> list[tuple[str, str, str, bool]]:
        """Each scope that can be given: its name, its words, more of them, whether it is ticked."""
        ticked = self["scopes"].value() or []
        offered = [value for value, _ in self.fields["scopes"].choices]  # type: ignore[attr-defined]
        return [(each, *SCOPES[each], each in ticked) for each in offered]

    @property
    def given(self) -> dict[str, Any]:
        """What the domain takes."""
        typed = self.cleaned_data
        return {
            "label": typed["label"],
            "scopes": typed["scopes"],
            "expires_at": _end_of(typed["expires_at"]),
            "principal": typed.get("principal", ""),
            "collections": typed["collections"] or None,
        }

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC).replace(microsecond=0)
