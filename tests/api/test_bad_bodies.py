"""Whatever a body holds, each operation that takes one says which field is wrong, or takes it.

``CORPORA`` names the folder of the public corpora for the long one: JSONTestSuite in ``json/``,
and the Big List of Naughty Strings.
"""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from exports.api.api import api
from exports.models import AuditEvent
from tests.api.asking import BODIES, Operation, operations
from tests.api.conftest import Rest, signed_in
from tests.api.test_bodies import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings

    from exports.models import User

CORPORA = os.environ.get("CORPORA", "")
ASKED = [each for each in operations() if each.name in BODIES]
KINDS = ["", "text/plain", "application/x-www-form-urlencoded", "application/xml"]

NO_TEXT = ['"a\\u0000b"', '"\\ud800"', '["\\udc00"]', '{"a": "\\u0000"}']
AWKWARD = [
    *("null", "true", "-1", "1.5", "1e999", "NaN", "9" * 400, '""', '"x"', "[]", "{}", "[[]]"),
    *("[null]", '{"": {"": null}}', '"' + "x" * 20_000 + '"', '"\\u202e\\ufeff\\u0007"'),
    *(
        '"2027-13-99"',
        '"9999999-01-01T00:00:00Z"',
        '"0001-01-01T00:00:00+14:00"',
        '"\\ud83d\\ude00"',
    ),
    '["' + '","'.join("ab" * 600) + '"]',
]


EACH = pytest.mark.parametrize("asked", ASKED, ids=lambda each: each.name)
# One reader reads all bodies: now a share of what is awkward for each, in make soak everything.
SHARES = pytest.mark.parametrize("share", [21, pytest.param(1, marks=pytest.mark.soak)])


@cache
def fields() -> dict[str, dict[str, Any]]:
    """What the description says of each body's fields."""
    described = api.get_openapi_schema()
    schemas = described["components"]["schemas"]
    found = {}
    for calls in described["paths"].values():
        for call in (each for name, each in calls.items() if name != "parameters"):
            if body := call.get("requestBody"):
                schema = body["content"]["application/json"]["schema"]
                if "$ref" in schema:
                    schema = schemas[schema["$ref"].rpartition("/")[2]]
                found[call["operationId"]] = schema["properties"]
    return found


@pytest.fixture
def callers(rest: Rest, ada: User) -> Callable[[Operation], Rest]:
    session = signed_in(ada, **{"X-Namespace": "demo"})
    session.client.handler.enforce_csrf_checks = False
    return lambda asked: session if asked.url == "keys" else rest


class Sender:
    """Sends a body; nothing stays of it, and what was refused has changed nothing."""

    def __init__(self, callers: Callable[[Operation], Rest], address: Callable[[str], str]) -> None:
        self._callers, self._address = callers, address

    def __call__(
        self, asked: Operation, body: bytes, kind: str = "application/json"
    ) -> tuple[int, Any]:
        with transaction.atomic():
            before = AuditEvent.objects.count()
            path = self._address(asked.url)
            answer = self._callers(asked).send(asked.method, path, body, kind)
            text = answer.getvalue()
            done = AuditEvent.objects.count() - before
            transaction.set_rollback(True)
        place = (asked.name, body[:100])
        assert answer.status_code < 500, place
        if answer.status_code >= 400:
            assert (*place, answer.headers["Content-Type"]) == (*place, "application/problem+json")
            assert (*place, done) == (*place, 0)
        return answer.status_code, json.loads(text)

    def field(self, asked: Operation, field: str, value: str) -> tuple[int, list[str]]:
        """A body whose one field holds this JSON; the fields that are found wrong."""
        others = {name: each for name, each in BODIES[asked.name].items() if name != field}
        text = (
            json.dumps(others)[:-1] + (", " if others else "") + f"{json.dumps(field)}: {value}}}"
        )
        status, told = self(asked, text.encode("utf-8", "surrogatepass"))
        wrong = [each["path"].split(".")[0] for each in told["errors"]] if status >= 400 else []
        return status, wrong


@pytest.fixture
def send(
    callers: Callable[[Operation], Rest],
    address: Callable[[str], str],
    olaf: User,
    settings: Settings,
) -> Sender:
    settings.RATE_LIMIT = 0
    return Sender(callers, address)


def test_every_operation_with_a_body_is_here() -> None:
    assert set(fields()) == set(BODIES)


@SHARES
@EACH
def test_what_is_no_json_or_not_called_so_is_refused(
    asked: Operation, share: int, send: Sender
) -> None:
    for body, says in list(UNREADABLE.values())[ASKED.index(asked) % share :: share]:
        status, told = send(asked, body)
        assert (status, told["code"]) == (400, "unreadable")
        assert says in told["detail"]
    for kind in KINDS:
        assert send(asked, b"{}", kind)[0] == 415
    for body in (b"[]", b"null", b"1", b'"x"'):
        status, told = send(asked, body)
        assert (status, [each["path"] for each in told["errors"]]) == (422, [""])
    assert send(asked, b" " * (1024 * 1024 + 1))[0] == 413


@SHARES
@EACH
def test_what_is_no_text_is_named_in_every_field(
    asked: Operation, share: int, send: Sender
) -> None:
    for nth, field in enumerate([*fields()[asked.name], "colour"]):
        for value in NO_TEXT[nth % min(share, len(NO_TEXT)) :: share]:
            got = send.field(asked, field, value)
            assert (field, value, *got) == (field, value, 422, [field])


@SHARES
@EACH
def test_awkward_values_are_taken_or_refused_by_name(
    asked: Operation, share: int, send: Sender
) -> None:
    for nth, field in enumerate(fields()[asked.name]):
        for value in AWKWARD[nth % share :: share]:
            status, wrong = send.field(asked, field, value)
            # 404 and 409 speak of what a field names: a collection, a principal.
            told = (field, value[:50], status, {field} if status == 422 else set())
            assert told == (field, value[:50], status, set(wrong))


@pytest.mark.soak
@pytest.mark.skipif(not CORPORA, reason="CORPORA names no folder")
@EACH
def test_the_public_corpora(asked: Operation, send: Sender) -> None:
    for file in sorted(Path(CORPORA, "json").glob("*.json")):
        status, told = send(asked, file.read_bytes())
        if file.name.startswith("n_"):
            # Of these one is empty, so that it has no type either.
            assert (file.name, status in {400, 415, 422}) == (file.name, True)
        # A name that stands there twice is no JSON for us: nobody could tell which was meant.
        if file.name.startswith("y_") and "duplicated_key" not in file.name:
            assert (file.name, status) != (file.name, 400), told
    with gzip.open(Path(CORPORA, "blns.json.gz"), "rt") as naughty:
        strings = json.load(naughty)
    for field in fields()[asked.name]:
        for text in strings:
            status, wrong = send.field(asked, field, json.dumps(text))
            assert status != 422 or set(wrong) == {field}, (field, text)
