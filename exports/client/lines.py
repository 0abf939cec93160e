"""Lines of a finished result, one page after the other, without holding them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx

from exports.client.errors import Busy, PastTheEnd, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exports.client.transport import Transport

PAGE = 100_000  # lines of one answer, the most that the service gives


def documents_read(blocks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The documents in lines of JSON."""
    for block in blocks:
        # One text instead of many: most of the time would go into beginning to parse. An end of
        # a line cannot be a part of a document, where it is written as an escape.
        yield from json.loads(b"[" + block[:-1].replace(b"\n", b",") + b"]")


def blocks_read(
    transport: Transport, uid: str, *, line: int, offset: int | None
) -> Iterator[bytes]:
    """All lines from one on, as texts of some whole lines, however often it breaks off.

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
            with transport.stream(f"/exports/{uid}/rows", query={**place, "limit": PAGE}) as answer:
                total = int(answer.headers["X-Total-Lines"])
                place = {"line": int(answer.headers["X-First-Line"])}
                for block in _whole(answer.iter_raw()):
                    place["line"] += block.count(b"\n")
                    yield block
                if place["line"] == int(answer.headers["X-First-Line"]) < total:
                    raise httpx.RemoteProtocolError("it sent no line")
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


def _whole(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text, cut at ends of lines. What follows the last one is not a line yet."""
    begun: list[bytes] = []
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            begun.append(chunk)
            continue
        yield b"".join([*begun, chunk[:end]])
        begun = [chunk[end:]]
