"""The form for a workspace's settings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from exports.web.worded import AskForm

if TYPE_CHECKING:
    from django.http import QueryDict

    from exports.models import Namespace

_GB = 10**9


class SettingsForm(AskForm):
    """Name, retention, room, runs at once, and whether everybody shows a second factor."""

    name = forms.CharField(
        label="Name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    retention = forms.DecimalField(
        label="Days that results are kept",
        min_value=Decimal("0.01"),
        max_value=36_500,
        max_digits=12,
        help_text="Half a day is 0.5. Results that are there already keep their time.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    quota = forms.DecimalField(
        label="Quota in GB",
        required=False,
        min_value=0,
        max_value=9_000_000,
        max_digits=18,
        help_text="How much room its results may take up together. Empty: as much as there is.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    max_running = forms.IntegerField(
        label="Exports at a time",
        min_value=1,
        max_value=1_000,
        help_text="How many run at once, as far as there are workers.",
    )
    requires_second_factor = forms.BooleanField(
        label="Everybody shows a second factor",
        required=False,
        help_text="Who has none sets one up before he sees anything of this workspace. "
        "API keys go on working.",
    )

    def __init__(self, namespace: Namespace, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=_typed(namespace))

    @property
    def given(self) -> dict[str, Any]:
        """What the domain takes; what was not changed is left out, and so is kept to the byte."""
        typed = {name: self.cleaned_data[name] for name in self.changed_data}
        if "retention" in typed:
            typed["retention"] = timedelta(days=float(typed["retention"]))
        if typed.get("quota") is not None:
            typed["quota"] = int(typed["quota"] * _GB)
        return typed


def _typed(namespace: Namespace) -> dict[str, Any]:
    """The settings as they would be typed."""
    quota = namespace.quota
    return {
        "name": namespace.name,
        "retention": _plain(Decimal(namespace.retention // timedelta(seconds=1)) / 86_400),
        "quota": None if quota is None else _plain(Decimal(quota) / _GB),
        "max_running": namespace.max_running,
        "requires_second_factor": namespace.requires_second_factor,
    }


def _plain(number: Decimal) -> Decimal:
    """Without zeros at its end, and never as 1E+2."""
    return Decimal(f"{round(number, 9).normalize():f}")
