"""Lines of the log say what they are about."""

from __future__ import annotations

import io
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from exports.logs import JsonFormatter, LineFormatter, request_id, run_logged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UID = "exp_0123456789abcdefABCDEF"


@pytest.fixture
def logged() -> Iterator[Callable[[logging.Formatter], io.StringIO]]:
    """What ``tests.logged`` writes, with a formatter."""
    logger = logging.getLogger("tests.logged")
    logger.propagate = False

    def start(formatter: logging.Formatter) -> io.StringIO:
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter)
        logger.handlers = [handler]
        return handler.stream

    yield start
    logger.handlers = []


@pytest.fixture
def told(logged: Callable[[logging.Formatter], io.StringIO]) -> Callable[[], list[dict[str, Any]]]:
    """The lines as the JSON that they are."""
    out = logged(JsonFormatter())
    return lambda: [json.loads(line) for line in out.getvalue().splitlines()]


logger = logging.getLogger("tests.logged")


def test_a_line_is_an_object(told: Callable[[], list[dict[str, Any]]]) -> None:
    request_id.set("asked-0042")

    logger.warning("no %s\nhere", "token=abcdef")

    [line] = told()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "tests.logged",
        "message": "no token=…\nhere",
        "request": "asked-0042",
    }


def test_the_lines_of_a_run_are_about_its_export(
    told: Callable[[], list[dict[str, Any]]],
) -> None:
    with run_logged(UID, 2):
        thread = threading.Thread(target=logger.warning, args=["from a thread"])
        thread.start()
        thread.join()
    logger.warning("%s: its files could not be removed", UID)
    logger.warning("of none")

    about = [(line.get("export"), line.get("attempt")) for line in told()]
    assert about == [(UID, 2), (UID, None), (None, None)]


def test_a_traceback_is_told_without_its_secret(
    told: Callable[[], list[dict[str, Any]]],
) -> None:
    try:
        raise ConnectionError("postgres://way:hunter22@db does not answer")
    except ConnectionError:
        logger.exception("failed")

    [line] = told()
    assert line["exception"].endswith("ConnectionError: postgres://way:…@db does not answer")


def test_a_line_for_people_holds_none_either(
    logged: Callable[[logging.Formatter], io.StringIO],
) -> None:
    out = logged(LineFormatter())

    logger.warning("password=%s", "hunter22")

    assert out.getvalue().endswith("WARNING tests.logged password=…\n")
