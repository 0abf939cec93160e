"""Every error as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exports.domain.errors import DomainError, FieldError

CONTENT_TYPE = "application/problem+json"

_RETRY_AFTER = "2"  # seconds


class ProblemResponse(HttpResponse):
    """An error that says what is wrong, and what to do about it."""

    def __init__(
        self, status: int, code: str, detail: str, errors: Iterable[FieldError] = ()
    ) -> None:
        """:param code: for programs; it does not change. :param detail: a sentence for people."""
        text = problem_text(status, code, detail, errors)
        super().__init__(text, status=status, content_type=CONTENT_TYPE)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            self["Retry-After"] = _RETRY_AFTER
        if status == HTTPStatus.UNAUTHORIZED:
            self["WWW-Authenticate"] = 'Bearer realm="waybill"'


def problem_of(error: DomainError) -> ProblemResponse:
    response = ProblemResponse(error.status, error.code, error.message, error.errors)
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def problem_text(status: int, code: str, detail: str, errors: Iterable[FieldError] = ()) -> str:
    return json.dumps(
        {
            # The type says no more than the status; what sets two problems apart is the code.
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "errors": [{"path": each.path, "message": each.message} for each in errors],
        }
    )
