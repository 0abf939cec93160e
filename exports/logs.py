"""Lines of the log: what each is about, written for people or as JSON, and never a secret."""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from exports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

# The id of the request that this thread answers.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_EXPORT = re.compile(r"\bexp_[0-9A-Za-z]{22}\b")

# Of the process and not of a thread: a run has many, and a process has one run.
_run: dict[str, Any] = {}


@contextmanager
def run_logged(export: str, attempt: int) -> Iterator[None]:
    """What this process logs meanwhile, in any thread, is about this attempt at this export."""
    _run.update(export=export, attempt=attempt)
    try:
        yield
    finally:
        _run.clear()


class LineFormatter(logging.Formatter):
    """A line for people; the traceback follows."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message; export, attempt, request and
    exception where there are any.
    """

    def format(self, record: logging.LogRecord) -> str:
        message = redact(record.getMessage())
        named = _EXPORT.search(message)
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
            **({"export": named[0]} if named else {}),
            **_run,
            "request": request_id.get(),
            "exception": redact(self.formatException(record.exc_info)) if record.exc_info else "",
        }
        return json.dumps({name: each for name, each in told.items() if each}, ensure_ascii=False)
