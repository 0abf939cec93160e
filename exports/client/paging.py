"""Lists that the service gives a page at a time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exports.client.transport import Transport

PAGE = 100  # items


def items(
    transport: Transport, path: str, filters: Mapping[str, Any], limit: int | None
) -> Iterator[dict[str, Any]]:
    """The items of all pages, each page asked for when it is needed.

    :param limit: at most so many; None: all.
    """
    size = PAGE if limit is None else min(PAGE, max(1, limit))
    return islice(_all(transport, path, {**filters, "limit": size}), limit)


def _all(transport: Transport, path: str, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = transport.json("GET", path, query={**query, "cursor": cursor})
        yield from page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            return
