"""From the form to a request, with everything that is wrong found at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exports.domain.errors import FieldError, InvalidRequest, NotFound, NotReady, QuotaExceeded
from exports.domain.exports import export_check
from exports.domain.principals import PrincipalInvalid
from exports.domain.requests import request_parse
from exports.models import Right
from exports.web.asking import request_fields
from exports.web.offer import Offer

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.domain.errors import DomainError
    from exports.domain.requests import ExportRequest
    from exports.web.forms import ExportForm


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form asks for.

    :ivar offer: what there is to ask for; None without a collection.
    :ivar request: None when something is wrong, which the form then says.
    """

    form: ExportForm
    offer: Offer | None
    request: ExportRequest | None


def draft_of(caller: Caller, form: ExportForm) -> Draft:
    """The request of a form, checked as if it were sent; every error beside its field."""
    form.is_valid()
    name = form.cleaned_data.get("collection", "")
    collection = caller.collections_with(Right.EXPORT).filter(name=name).first()
    if collection is None:
        form.errors.pop("collection", None)  # Django's word for the same
        form.add_error("collection", "Choose a collection that you may export.")
        return Draft(form, None, None)
    offer = Offer.of(caller, collection, form.cleaned_data.get("elements", ""))
    request, wrong = _parsed(request_fields(form, offer))
    form.refuse(wrong)
    if request:
        try:
            export_check(caller, request)
        except REFUSALS as error:
            refused(form, error)
    return Draft(form, offer, None if form.is_wrong else request)


REFUSALS = (InvalidRequest, QuotaExceeded, NotReady, NotFound, PrincipalInvalid)


def refused(form: ExportForm, error: DomainError) -> None:
    """Put what the domain refuses beside the field that it is about."""
    match error:
        case InvalidRequest():
            form.refuse(error.errors)
        case NotReady():
            form.add_error("collection", error.message)
        case NotFound() | PrincipalInvalid():
            form.add_error("principal", error.message)
        case _:
            form.other_errors.append(error.message)


def _parsed(fields: dict[str, Any]) -> tuple[ExportRequest | None, tuple[FieldError, ...]]:
    """The request without the fields that cannot be read, so that the others are checked too."""
    try:
        return request_parse(fields), ()
    except InvalidRequest as refusal:
        wrong = {error.path.partition(".")[0] for error in refusal.errors}
        rest = {name: value for name, value in fields.items() if name not in wrong}
        try:
            return request_parse(rest), refusal.errors
        except InvalidRequest as other:
            seen = {error.path for error in refusal.errors}
            more = (error for error in other.errors if error.path not in seen)
            return None, (*refusal.errors, *more)
