"""The forms for results that stay longer: until when, and why."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms

from exports.web.worded import AskForm


class ReasonForm(AskForm):
    """Why it is done."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="It stands in the history.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def given(self) -> dict[str, Any]:
        """What the domain takes."""
        return {"reason": self.cleaned_data["reason"]}


class KeepForm(ReasonForm):
    """Until when, and why."""

    until = forms.DateField(
        label="Keep until",
        help_text="The whole of that day, by UTC; within a year.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("until", "reason")

    @property
    def given(self) -> dict[str, Any]:
        day = self.cleaned_data["until"]
        end = datetime.combine(day, time.max, tzinfo=UTC).replace(microsecond=0)
        return {**super().given, "until": end}


def suggested(expires_at: datetime | None, now: datetime) -> datetime:
    """A month more than it has."""
    return max(expires_at or now, now) + timedelta(days=30)
