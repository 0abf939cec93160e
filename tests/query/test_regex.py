"""Whether RE2 takes a pattern: asked from many threads and from forked processes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from exports.query import regex
from exports.query.errors import Invalid


def is_taken(pattern: str) -> bool:
    try:
        regex.check(pattern, "where")
    except Invalid:
        return False
    return True


def test_many_threads_can_ask_at_once() -> None:
    patterns = [f"a{number}" if number % 3 else f"({number}" for number in range(300)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(is_taken, patterns)) == [not p.startswith("(") for p in patterns]


def test_a_process_that_was_forked_asks_by_itself() -> None:
    assert is_taken("a")
    child = os.fork()
    if not child:
        os._exit(7 if is_taken("b+") and not is_taken("(") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ("a", True)),
        ("/a/", ("a", True)),
        ("/a/i", ("a", False)),
        ("/a/gu", ("a", True)),
        ("/a/ims", ("(?ms)a", False)),
        ("/a\nb/s", ("(?s)a\nb", True)),
        ("/a/b/i", ("a/b", False)),
        ("/usr/bin", ("/usr/bin", True)),
        ("/", ("/", True)),
        ("//", ("", True)),
    ],
)
def test_flags_stand_behind_the_pattern(text: str, expected: tuple[str, bool]) -> None:
    assert regex.literal(text, "where") == expected
