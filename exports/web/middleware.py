"""Turns what a view refuses, and a database that is not there for the moment, into answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from exports.domain.errors import DomainError
from exports.domain.secondfactor import SecondFactorMissing
from exports.web.errors import busy, refused
from exports.web.passing import is_passing

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    GetResponse = Callable[[HttpRequest], HttpResponse]


class BusyDatabaseMiddleware:
    """Answers 503 with ``Retry-After`` while the database is locked or away; never 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, _: HttpRequest, error: Exception) -> HttpResponse | None:
        return busy() if is_passing(error) else None


class DomainErrorMiddleware:
    """Shows the page of a :class:`DomainError` that a view let through."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if isinstance(error, SecondFactorMissing):
            return _set_up_first(request)
        if "HX-Request" in request.headers:
            # The part is gone: let the page ask for itself, and say why.
            return HttpResponseClientRefresh()
        return refused(error)


def _set_up_first(request: HttpRequest) -> HttpResponse:
    """Where a second factor is set up; the page says who asks for it."""
    there = reverse("mfa_index")
    if "HX-Request" in request.headers:
        return HttpResponseClientRedirect(there)
    return redirect(there)
