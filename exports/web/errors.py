"""The pages that say no. They need no database, and no session."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string

from exports.web.passing import is_passing

if TYPE_CHECKING:
    from exports.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Problem:
    """What the page says: the title, what happened, and what to do about it."""

    status: int
    title: str
    what: str
    remedy: str


BAD_REQUEST = Problem(
    400,
    "That request makes no sense",
    "What the browser sent could not be read.",
    "Go back and try again.",
)
FORBIDDEN = Problem(
    403,
    "You may not do this",
    "Your role does not allow it.",
    "Ask an administrator of the workspace for it.",
)
FORM_EXPIRED = Problem(
    403,
    "That form is no longer valid",
    "It was opened before you last signed in, or your browser keeps no cookies. "
    "Nothing was changed.",
    "Go back, load the page again, and send the form once more.",
)
NOT_FOUND = Problem(
    404,
    "There is nothing here",
    "The address is wrong, or what it names is not yours to see.",
    "Check the address, or begin at the start page.",
)
CONFLICT = Problem(
    409,
    "That is not possible now",
    "It has changed since you last looked.",
    "Go back and load the page again.",
)
GONE = Problem(
    410,
    "That is gone",
    "It was here, and was deleted.",
    "The history says when, and by whom.",
)
TOO_MANY = Problem(
    429,
    "Too many tries",
    "Too many were made from here, or with this account.",
    "Wait ten minutes, then try again. Nothing is lost, and the account is not locked.",
)
BROKEN = Problem(
    500,
    "Something went wrong here",
    "It is not your fault. The operator's log says more.",
    "Try again. If it happens twice, tell the operator what you did and when.",
)
BUSY = Problem(
    503,
    "The database is busy",
    "It did not answer in time. Nothing was lost, and nothing was half done.",
    "Wait a few seconds, then load the page again.",
)

_BY_STATUS = {each.status: each for each in (BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, GONE)}


def bad_request(*_: object, **__: object) -> HttpResponse:
    return answer(BAD_REQUEST)


def forbidden(*_: object, **__: object) -> HttpResponse:
    return answer(FORBIDDEN)


def not_found(*_: object, **__: object) -> HttpResponse:
    return answer(NOT_FOUND)


def csrf_failure(*_: object, **__: object) -> HttpResponse:
    return answer(FORM_EXPIRED)


def too_many_requests(*_: object, **__: object) -> HttpResponse:
    return answer(TOO_MANY, retry_after=600)


def server_error(*_: object, **__: object) -> HttpResponse:
    """Also reached when the database fails outside a view, as where the session is saved."""
    if is_passing(sys.exc_info()[1]):
        return busy()
    return answer(BROKEN)


def busy() -> HttpResponse:
    return answer(BUSY, retry_after=5)


def refused(error: DomainError) -> HttpResponse:
    """The page of what the domain refused, in its own words."""
    known = _BY_STATUS.get(error.status, BAD_REQUEST)
    return answer(Problem(error.status, known.title, error.message, known.remedy))


def answer(problem: Problem, *, retry_after: int = 0) -> HttpResponse:
    response = HttpResponse(
        render_to_string("problem.html", {"problem": problem}), status=problem.status
    )
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response
