"""Whoever answers under /api/, an error is a problem document and tells no secret."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from exports.models import Collection
from tests.api.conftest import Rest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.models import Namespace
    from tests.api.conftest import Answer


def assert_problem(answer: Answer, status: int, code: str) -> None:
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert list(problem) == ["type", "title", "status", "detail", "code", "errors"]
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/exports/", "/exports/x/y/z", "/%00"])
def test_an_address_that_is_none(path: str, rest: Rest) -> None:
    answer = rest.client.get(f"/api/v1{path}", follow=True)

    assert_problem(answer, 404, "not_found")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/exports", "GET, POST"),
        ("PATCH", "/exports/x", "DELETE, GET"),
        ("POST", "/exports/x/files/y", "GET, HEAD"),
        ("GET", "/exports/x/cancel", "POST"),
        ("DELETE", "/collections", "GET, POST"),
    ],
)
def test_a_method_that_it_does_not_take(method: str, path: str, allow: str, rest: Rest) -> None:
    answer = rest.send(method, path)

    assert_problem(answer, 405, "method_not_allowed")
    assert sorted(answer.headers["Allow"].split(", ")) == allow.split(", ")


def test_a_host_that_is_not_ours(rest: Rest) -> None:
    assert_problem(rest.send("GET", "/exports", Host="evil.example"), 400, "bad_request")


def test_a_failure_of_ours_tells_nothing(rest: Rest, trips: Collection) -> None:
    Collection.objects.update(schema_tree={"secret": "words"})
    answer = rest.get("/collections/trips")

    assert_problem(answer, 500, "internal")
    assert "secret" not in answer.content.decode()


@pytest.fixture
def locked(transactional_db: None) -> Iterator[None]:
    """Somebody else is writing, and does not end."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite locks the whole database")
    connection.cursor().execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.rollback()
    connection.cursor().execute("PRAGMA busy_timeout = 10000")


def test_a_busy_database_is_503(rest: Rest, trips: Collection, locked: None) -> None:
    answer = rest.post("/exports", {"collection": "trips"})

    assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_pages_keep_their_own_errors(demo: Namespace) -> None:
    answer = Rest().client.get("/nothing/here/at/all")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
