"""What follows the end of an export, on pages: asked in the form of a new one, shown on its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from exports.domain.deliveries import deliveries_of, is_retriable
from exports.models import Delivery, ScriptRun, State
from exports.web.worded import WordedForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.domain.errors import FieldError
    from exports.domain.requests import ExportRequest
    from exports.models import Export

_PLAIN = {"rows": 2, "spellcheck": "false", "autocomplete": "off", "class": "mono"}
_ENDS = {"": ["ready", "error"], "ready": ["ready"], "error": ["error"]}
_KINDS = ("webhook", "email")
_LONGEST = 80  # characters of an address beside its error


class AfterForm(WordedForm):
    """The fields about the end of an export."""

    notify_webhooks = forms.CharField(
        label="Webhooks",
        required=False,
        help_text="https addresses that get a signed message, one a line. With ready or error "
        "behind it, after a blank, one is told of that end only.",
        widget=forms.Textarea(attrs=_PLAIN),
    )
    notify_emails = forms.CharField(
        label="E-mail",
        required=False,
        help_text="Addresses of members that get a letter with a link to the page, one a line.",
        widget=forms.Textarea(attrs=_PLAIN),
    )
    notify_on = forms.ChoiceField(
        label="When",
        required=False,
        choices=[
            ("", "When it is ready, and when it has failed"),
            ("ready", "Only when it is ready"),
            ("error", "Only when it has failed"),
        ],
    )
    after_script = forms.CharField(
        label="Script",
        required=False,
        strip=False,
        help_text="JavaScript that finds the export as job, and may call log(…) and "
        "webhook(url, body).",
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 6}),
    )

    @property
    def offers_email(self) -> bool:
        return bool(settings.EMAIL_IS_SET)


def after_fields(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request, out of what was typed."""
    notices = [
        {kind: address, "on": _ENDS.get(word or typed["notify_on"], _ENDS[""])}
        for kind, address, word in _lines(typed)
    ]
    return {"notify": notices, "after_script": typed["after_script"].replace("\r\n", "\n")}


def after_typed(request: ExportRequest) -> dict[str, str]:
    """What is typed to ask for the same."""
    words = [each.on[0] if len({*each.on}) == 1 else "" for each in request.notify]
    alike = words[0] if len({*words}) == 1 else ""
    lines = {
        kind: [
            f"{address} {word if word != alike else ''}".rstrip()
            for each, word in zip(request.notify, words, strict=True)
            if (address := getattr(each, kind))
        ]
        for kind in _KINDS
    }
    return {
        "notify_webhooks": "\n".join(lines["webhook"]),
        "notify_emails": "\n".join(lines["email"]),
        "notify_on": alike,
        "after_script": request.after_script,
    }


def after_error(form: forms.Form, error: FieldError) -> bool:
    """Put an error of the domain beside its field. Returns whether it is about one of these."""
    found = re.fullmatch(r"notify(?:\.([0-9]+)(?:\.(webhook|email))?)?(?:\..*)?", error.path)
    if found is None:
        return False
    # As it was typed: what is wrong already has left the cleaned data.
    lines = _lines({f"notify_{kind}s": form[f"notify_{kind}s"].value() or "" for kind in _KINDS})
    at = int(found[1]) if found[1] else len(lines)
    kind, line, _ = lines[at] if at < len(lines) else ("webhook", "", "")
    shown = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    form.add_error(f"notify_{kind}s", f"{shown}: {error.message}" if line else error.message)
    return True


def _lines(typed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What was typed, line by line, webhooks first: what it is, its address, its own end if any."""
    return [
        (kind, *_line(line.strip()))
        for kind in _KINDS
        for line in typed[f"notify_{kind}s"].splitlines()
        if line.strip()
    ]


def _line(text: str) -> tuple[str, str]:
    address, *word = text.rsplit(maxsplit=1)
    end = "".join(word).lower()
    return (address, end) if end in _ENDS else (text, "")


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and what can be done about it."""

    delivery: Delivery

    @property
    def icon(self) -> str:
        return {"waiting": "pending", "delivered": "ready", "failed": "error"}[self.delivery.state]

    @property
    def is_retriable(self) -> bool:
        return is_retriable(self.delivery)

    @property
    def is_paused(self) -> bool:
        return self.delivery.state == Delivery.State.WAITING and self.is_retriable


@dataclass(frozen=True, slots=True)
class After:
    """What an export asked to follow its end, and what came of it.

    :ivar notices: whom to tell, and when: all before the end, those of the other end after it.
    """

    export: Export
    notices: list[tuple[str, str]]
    messages: list[Message]
    script: ScriptRun | None

    @classmethod
    def of(cls, export: Export) -> After | None:
        """None when it asked for nothing."""
        if not export.notify and not export.after_script:
            return None
        end = State.READY if export.state == State.EXPIRED else export.state
        told = [
            (each.get("webhook") or each["email"], _when(each["on"]))
            for each in export.notify
            if export.is_active or end not in each["on"]
        ]
        if export.is_active:
            return cls(export, told, [], None)
        found = [Message(each) for each in deliveries_of(export)]
        return cls(export, told, found, ScriptRun.objects.filter(export=export).first())

    @property
    def is_moving(self) -> bool:
        """Whether something is about to change by itself."""
        going = ("waiting", "running")
        sent = any(
            each.delivery.state == "waiting" and not each.is_paused for each in self.messages
        )
        return sent or (self.script is not None and self.script.outcome in going)

    @property
    def script_icon(self) -> str:
        outcome = self.script.outcome if self.script else "waiting"
        return {"waiting": "pending", "running": "running", "done": "ready"}.get(outcome, "error")


def _when(on: list[str]) -> str:
    if len(set(on)) > 1:
        return "when it is ready or has failed"
    return "when it is ready" if on == ["ready"] else "when it has failed"
