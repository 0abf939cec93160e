"""The id of a request."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.requests import RequestIdMiddleware
from exports.logs import request_id


def asked(given: str) -> tuple[str, str]:
    """The id that the view sees, and the one that is answered."""
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request_id.get())
        return HttpResponse()

    request = RequestFactory().get("/", headers={"X-Request-ID": given})
    answer = RequestIdMiddleware(view)(request)
    return seen[0], answer["X-Request-ID"]


def test_a_proxys_id_is_taken() -> None:
    assert asked("proxy-1.0042") == ("proxy-1.0042", "proxy-1.0042")


@pytest.mark.parametrize("given", ["", "short", "a b c d e f", "x" * 65, "ünïcödë-id"])
def test_another_is_made_instead_of_what_is_none(given: str) -> None:
    seen, answered = asked(given)

    assert seen == answered
    assert re.fullmatch("[0-9a-f]{16}", seen)
