"""Lines of a finished result, one page after the other, without holding them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx

from exports.client.errors import Busy, PastTheEnd, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.client.transport import Transport

PAGE = 100_000  # lines of one answer, the most that the service gives
CHUNK = 256 * 1024  # bytes


def documents_read(batches: Iterator[list[bytes]]) -> Iterator[dict[str, Any]]:
    """The documents in lines of JSON."""
    for lines in batches:
        # One text instead of many: most of the time would go into beginning to parse.
        yield from json.loads(b"[" + b",".join(lines) + b"]")


def batches_read(
    transport: Transport, uid: str, *, line: int, offset: int | None
) -> Iterator[list[bytes]]:
    """All lines from one on, some at a time and without their ends, however often it breaks off.

    :param line: the first one, from 0.
    :param offset: take instead the first that begins at this byte of the text, or after it.
    :raises Refused: as the service answers: it has no lines, or not that many.
    :raises Unreachable: it broke off again and again, and nothing came in between.
    """
    place: dict[str, int] = {"line": line} if offset is None else {"offset": offset}
    failures, total = 0, None
    while total is None or place["line"] < total:
        before = dict(place)
        try:
            with transport.stream(
                f"/exports/{uid}/rows", query={**place, "limit": PAGE}
            ) as answer:
                total = int(answer.headers["X-Total-Lines"])
                place = {"line": int(answer.headers["X-First-Line"])}
                for lines in _split(answer.iter_raw(CHUNK)):
                    place["line"] += len(lines)
                    yield lines
        except (httpx.TransportError, Busy) as error:
            failures = failures + 1 if place == before else 1
            pause_or_raise(transport, failures, error)
        except PastTheEnd:
            if total is None:
                raise
            return


def pause_or_raise(transport: Transport, failures: int, error: Exception) -> None:
    """Wait before the next try of what broke off, or let the error go on.

    :param failures: in a row, with nothing that came in between.
    """
    if failures > transport.retries.most:
        if isinstance(error, Busy):
            raise error
        raise Unreachable(transport.base, str(error)) from error
    asked = error.retry_after if isinstance(error, Busy) else None
    time.sleep(transport.retries.pause(failures, asked))


def _split(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Whole lines. What follows the last end of a line is not one yet."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if lines:
            yield lines
