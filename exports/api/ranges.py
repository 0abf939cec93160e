"""Which part of a file a request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

# One range and nothing else. Several at once, other units and nonsense are passed over, as the
# standard allows: the answer is the whole file.
_RANGE = re.compile(r"bytes=\s*([0-9]*)\s*-\s*([0-9]*)\s*", re.IGNORECASE)
# Digits that a file's size can have; Python refuses to read thousands of them.
_LONGEST = 18


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from ``start`` up to, not including, ``end``."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class OutOfRange(Exception):
    """The file has none of the bytes that were asked for."""


def range_asked(request: HttpRequest) -> str:
    """The header as the history shows it; empty when the whole file is asked for."""
    return request.headers.get("Range", "")[:100]


def span_of(request: HttpRequest, size: int, etag: str) -> Span | None:
    """The part that is asked for; None: the whole file.

    :param size: of the file, in bytes.
    :param etag: its tag, in quotes: with another one in ``If-Range`` the whole file is due.
    :raises OutOfRange: the part begins behind the end, or has no length.
    """
    if request.headers.get("If-Range", etag).strip() != etag:
        return None
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not found or not any(found.groups()):
        return None
    first, last = (_number(digits) for digits in found.groups())
    if first is None:
        return _suffix(last or 0, size)
    if last is not None and last < first:
        return None
    if first >= size:
        raise OutOfRange
    return Span(first, size if last is None else min(last + 1, size))


def _suffix(length: int, size: int) -> Span | None:
    if not length:
        raise OutOfRange
    # Of an empty file the last bytes are none, which no Content-Range can say.
    return Span(max(0, size - length), size) if size else None


def _number(digits: str) -> int | None:
    digits = digits.lstrip("0") or digits[:1]
    if len(digits) > _LONGEST:
        return sys.maxsize
    return int(digits) if digits else None
