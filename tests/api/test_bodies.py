"""What is no JSON, too much of it, or JSON that no program should send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.models import Export
from tests.api.conftest import paths_of

if TYPE_CHECKING:
    from tests.api.conftest import Rest

UNREADABLE = {
    "nothing": (b" ", "line 1, column 2"),
    "half": (b'{"collection": "trips"', "line 1, column 23"),
    "two": (b"{} {}", "line 1, column 4"),
    "a comma too many": (b'{"a": 1,}', "line 1, column 9"),
    "single quotes": (b"{'a': 1}", "line 1, column 2"),
    "a bare NUL": (b'{"a": "\x00"}', "line 1, column 8"),
    "not UTF-8": (b'{"a": "\xff"}', "UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "line 1, column 1"),
    "a name twice": (b'{"where": {"a": 1, "a": 2}}', "'a'"),
    "5,000 digits": (b'{"sample_size": ' + b"9" * 5000 + b"}", "digits"),
    "5,000 brackets": (b'{"where": ' + b"[" * 5000 + b"]" * 5000 + b"}", "64 levels"),
    "5,000 braces": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "64 levels"),
    "open brackets": (b"[" * 100_000, "64 levels"),
    "65 levels": (b"[" * 65 + b"]" * 65, "64 levels"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_it_is_400_and_says_where(name: str, rest: Rest) -> None:
    body, says = UNREADABLE[name]
    answer = rest.send("POST", "/exports", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"', b"[" * 64 + b"]" * 64])
def test_only_an_object_is_a_request(body: bytes, rest: Rest) -> None:
    answer = rest.send("POST", "/exports", body)

    assert (answer.status_code, paths_of(answer)) == (422, [""])
    assert "object" in answer.json()["detail"]


def test_brackets_in_a_string_open_nothing(rest: Rest) -> None:
    body = b'{"label": "' + b'[{\\"' * 66 + b'"}'

    assert paths_of(rest.send("POST", "/exports", body)) == ["collection"]


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_is_not_finite_is_named(number: bytes, rest: Rest) -> None:
    body = b'{"where": {"AND": [{"field": "delay", "value": ' + number + b"}]}}"
    answer = rest.send("POST", "/exports", body)

    assert (answer.status_code, paths_of(answer)) == (422, ["where.AND.0.value"])
    assert "finite" in answer.json()["detail"]


@pytest.mark.parametrize("text", [rb"\u0000", rb"\ud800", rb"\udc00x"])
def test_text_that_no_database_holds_is_named(text: bytes, rest: Rest) -> None:
    body = b'{"paths": ["a", "' + text + b'"]}'
    answer = rest.send("POST", "/exports", body)

    assert (answer.status_code, paths_of(answer)) == (422, ["paths.1"])


def test_a_name_that_is_no_text_is_refused_where_it_stands(rest: Rest) -> None:
    answer = rest.send("POST", "/exports", rb'{"where": {"a\u0000": 1}}')

    assert (answer.status_code, paths_of(answer)) == (422, ["where"])


def test_a_body_of_more_than_a_mebibyte_is_413(rest: Rest) -> None:
    answer = rest.send("POST", "/exports", b" " * (1024 * 1024 + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_of_a_mebibyte_is_read(rest: Rest) -> None:
    body = b"{}" + b" " * (1024 * 1024 - 2)

    assert paths_of(rest.send("POST", "/exports", body)) == ["collection"]


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_another_type_is_415(kind: str, rest: Rest) -> None:
    answer = rest.send("POST", "/exports", b"{}", kind=kind)

    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_type")
    assert "application/json" in answer.json()["detail"]


def test_a_charset_is_no_other_type(rest: Rest) -> None:
    answer = rest.send("POST", "/exports", b"{}", kind="application/json; charset=utf-8")

    assert paths_of(answer) == ["collection"]


def test_nothing_of_it_was_stored(rest: Rest) -> None:
    for body, _ in UNREADABLE.values():
        rest.send("POST", "/exports", body)

    assert not Export.objects.exists()
