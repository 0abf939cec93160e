"""The pages that say no, and what the browser is allowed to do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from exports.domain.errors import Conflict, DomainError, Forbidden, Gone, NotFound
from exports.web import errors
from exports.web.middleware import BusyDatabaseMiddleware, DomainErrorMiddleware
from exports.web.passing import is_passing
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from exports.models import Export


def broken(request: HttpRequest) -> HttpResponse:
    raise OperationalError(request.GET["says"])


urlpatterns = [path("broken", broken)]
handler500 = "exports.web.errors.server_error"


def visit(says: str) -> HttpResponse:
    client = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=__name__):
        return client.get("/broken", {"says": says})  # type: ignore[return-value]


def test_a_busy_database_is_no_failure() -> None:
    response = visit("database is locked")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert texts(response.content.decode(), "h1") == ["The database is busy"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own words")
def test_a_failure_of_ours_says_so_and_tells_nothing() -> None:
    response = visit("no such table: secret_things")

    assert response.status_code == 500
    assert texts(response.content.decode(), "h1") == ["Something went wrong here"]
    assert "secret_things" not in response.content.decode()


def test_it_is_told_where_no_view_was_reached() -> None:
    def answered(error: Exception) -> HttpResponse:
        try:
            raise error
        except Exception:  # noqa: BLE001 - as Django's handler catches it
            return errors.server_error(HttpRequest())

    assert answered(OperationalError("database is locked")).status_code == 503
    assert answered(InterfaceError("connection already closed")).status_code == 503
    assert answered(ValueError("else")).status_code == 500


def test_a_driver_error_of_another_kind_is_not_taken_for_it() -> None:
    assert not is_passing(sqlite3.OperationalError("database is locked"))
    assert not is_passing(None)


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (NotFound("export"), 404, "There is nothing here"),
        (Forbidden("No."), 403, "You may not do this"),
        (Gone("Deleted."), 410, "That is gone"),
        (Conflict("Too late."), 409, "That is not possible now"),
        (DomainError("Odd."), 400, "That request makes no sense"),
    ],
)
def test_what_the_domain_refuses_becomes_a_page_with_its_words(
    error: DomainError, status: int, title: str
) -> None:
    middleware = DomainErrorMiddleware(lambda _: HttpResponse())
    response = middleware.process_exception(RequestFactory().get("/"), error)

    assert response is not None
    assert response.status_code == status
    assert texts(response.content.decode(), "h1") == [title]
    assert error.message in texts(response.content.decode(), "p")


def test_other_errors_pass_by() -> None:
    request = RequestFactory().get("/")
    for middleware in (DomainErrorMiddleware, BusyDatabaseMiddleware):
        assert middleware(lambda _: HttpResponse()).process_exception(request, KeyError()) is None


def test_they_need_no_database(django_assert_num_queries: object) -> None:
    for answer in (errors.bad_request, errors.forbidden, errors.not_found, errors.server_error):
        assert one(answer().content.decode(), "a", class_="button").attributes["href"] == "/"


def test_an_address_that_leads_nowhere(db: None) -> None:
    response = Client().get("/nowhere/at/all")

    assert response.status_code == 404
    assert texts(response.content.decode(), "h1") == ["There is nothing here"]


@pytest.mark.parametrize("query", ["?q=%00", "?before=%ff", "?state=%F0%9F%92%A9", "?moving=%00"])
def test_nonsense_in_an_address_is_passed_over(as_ada: Browser, query: str) -> None:
    for page in ("exports", "collections", "history", "exports/new"):
        assert as_ada.status(f"/demo/{page}{query}") == 200
        assert as_ada.poll(f"/demo/{page}{query}").status_code == 200


def test_the_browser_runs_and_loads_only_what_is_ours(as_ada: Browser, ready: Export) -> None:
    pages = ("exports", "exports/new", f"exports/{ready.uid}", "collections/trips", "history")
    for page in (*(f"/demo/{each}" for each in pages), "/account/password/change/", "/x"):
        response = as_ada.client.get(page)
        policy = response.headers["Content-Security-Policy"]
        html = response.content.decode()

        assert "unsafe" not in policy
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(
            policy.split("; ")
        )
        assert [each for each in elements(html, "script") if not each.attributes.get("src")] == []
        assert elements(html, "style") == []
        for element in elements(html):
            names = element.attributes.keys()
            assert not [name for name in names if name == "style" or name.startswith("on")]
            for name in ("src", "href"):
                assert not element.attributes.get(name, "/").startswith(("http", "//", "data:"))
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
