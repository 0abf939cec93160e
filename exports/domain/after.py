"""What a request may say about its end: whom to tell, and the script of an administrator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import BaseModel, ConfigDict, Field

from exports.domain.errors import FieldError
from exports.models import Scope, User
from exports.outbound.errors import AddressRefused
from exports.outbound.target import LONGEST, target_parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.domain.access import Caller
    from exports.domain.requests import ExportRequest
    from exports.models import Namespace

NOTICES = 10
SCRIPT = 64 * 1024  # characters

Ends = Literal["ready", "error"]


class NoticeRequest(BaseModel):
    """Somebody to be told: `webhook` or `email`, one of them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    webhook: str = Field(
        "", description="An https address that gets a signed message.", max_length=LONGEST
    )
    email: str = Field("", description="An address that gets a letter.", max_length=254)
    on: Annotated[list[Ends], Field(min_length=1, max_length=2)] = Field(
        default=["ready", "error"], description="At which end: `ready`, `error` or both."
    )


def notices_wrong(request: ExportRequest) -> Iterator[FieldError]:
    """What is wrong with what a request says about its end, whoever asks."""
    for index, each in enumerate(request.notify):
        if bool(each.webhook) == bool(each.email):
            message = "Name a webhook or an e-mail address, one of them in each entry."
            yield FieldError(f"notify.{index}", message)
        elif each.webhook:
            if refusal := webhook_refusal(each.webhook):
                yield FieldError(f"notify.{index}.webhook", refusal)
        elif not _is_address(each.email):
            message = "Write one e-mail address, such as ada@example.org."
            yield FieldError(f"notify.{index}.email", message)


def after_wrong(caller: Caller, request: ExportRequest) -> Iterator[FieldError]:
    """What the caller may not ask for at the end."""
    for index, each in enumerate(request.notify):
        if each.email and (refusal := email_refusal(caller.namespace, each.email)):
            yield FieldError(f"notify.{index}.email", refusal)
    if request.after_script.strip() and not may_script(caller):
        yield FieldError(
            "after_script",
            "Scripts are for admins, and for keys of theirs with the scope scripts:write."
            if settings.SCRIPTS
            else "Scripts are switched off here. Leave it out.",
        )


def webhook_refusal(url: str) -> str:
    """Why no message may go to an address; empty when one may, as far as it can be told so far."""
    try:
        target_parse(url, settings.WEBHOOK_RULES)
    except AddressRefused as refusal:
        return str(refusal)
    return ""


def email_refusal(namespace: Namespace, email: str) -> str:
    """Why nobody is told at an address; empty when somebody may be."""
    if not settings.EMAIL_IS_SET:
        return "E-mail is not set up here. Name a webhook, or ask who runs this service."
    if email.rpartition("@")[2].lower() in settings.EMAIL_DOMAINS:
        return ""
    members = User.objects.filter(memberships__namespace=namespace, is_active=True)
    if members.filter(email__iexact=email).exists():
        return ""
    return "Only members of the workspace can be told by e-mail."


def may_script(caller: Caller) -> bool:
    """Whether scripts of his are run: an admin's; a key needs the scope by its own name."""
    return caller.may(Scope.SCRIPTS_WRITE)


def _is_address(email: str) -> bool:
    if not re.fullmatch(r"[!-~]+", email):
        return False
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
