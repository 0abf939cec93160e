"""Which problem each exception becomes. What is not here is a failure of ours: Django logs it,
and ``exports.api.middleware`` says no more than that.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from ninja.errors import AuthenticationError, ValidationError

from exports.api.errors import BodyTooLarge, StoreAway, Unauthenticated, Unreadable
from exports.api.problems import problem_of
from exports.domain.errors import DomainError, FieldError, Gone, InvalidRequest
from exports.domain.requests import error_sentence
from exports.stores.errors import StoreError, Tampered

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from ninja import NinjaAPI

logger = logging.getLogger(__name__)


def handlers_install(api: NinjaAPI) -> None:
    for kind, translate in _TRANSLATIONS.items():
        api.add_exception_handler(kind, _handler(translate))


def _handler(
    translate: Callable[[Any], DomainError],
) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda _request, error: problem_of(translate(error))


def _invalid(error: ValidationError) -> DomainError:
    return InvalidRequest(*(_field_error(each) for each in error.errors))


def _field_error(each: dict[str, Any]) -> FieldError:
    """Pydantic's error, without the parts of its path that only ninja knows."""
    return FieldError(".".join(str(part) for part in each["loc"][-1:]), error_sentence(each))


def _store_away(error: StoreError) -> DomainError:
    logger.error("The store failed.", exc_info=error)
    return StoreAway("The store cannot be reached. Try again in a moment.")


def _damaged(error: Tampered) -> DomainError:
    logger.error("The store does not hold what was written.", exc_info=error)
    return Gone("This file is damaged in the store, so that it is not given out. Export it again.")


_TRANSLATIONS: dict[type[Exception], Callable[[Any], DomainError]] = {
    DomainError: lambda error: error,
    ValidationError: _invalid,
    AuthenticationError: lambda _: Unauthenticated(),
    RequestDataTooBig: lambda _: BodyTooLarge("A request is at most 1 MiB."),
    SuspiciousOperation: lambda _: Unreadable("The request cannot be read."),
    UnreadablePostError: lambda _: Unreadable("The request did not arrive whole."),
    Tampered: _damaged,
    StoreError: _store_away,
}
