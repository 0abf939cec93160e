"""The errors of a run, as its file must list them; their order is nobody's business."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.worlds.files import THERE
from tests.worlds.reading import at
from tests.worlds.shapes import Names

if TYPE_CHECKING:
    from exports.engine.request import Request
    from tests.worlds.world import Document

NAMES = ["code", "key", "path", "value", "count"]
Entry = tuple[Any, ...]


def expected_errors(
    request: Request,
    shapes: Iterable[Names],
    rows: list[Document],
    lost: Iterable[tuple[Any, str, Any]],
    named: Iterable[tuple[Any, str, str]],
) -> list[Entry]:
    """An entry for each reference to nothing and missing file, one for a column with odd numbers.

    :param lost: the key of the row, the path of the reference and what it names.
    :param named: the same of files, whether or not they are there.
    """
    found: list[Entry] = [
        ("reference_to_nothing", key, path, str(value), 1) for key, path, value in lost
    ]
    found += [("file_missing", *each, 1) for each in named if each[2] not in THERE]
    for way in shapes if request.format.is_text else ():
        odd = sum(_odd(at(row, way)) for row in rows)
        if odd:
            found.append(("not_finite_numbers", None, ".".join(way), None, odd))
    return sorted(found, key=repr)


def found_errors(content: bytes) -> list[Entry]:
    """The entries of a file of errors."""
    lines = [json.loads(line) for line in content.decode().splitlines()]
    entries = [tuple(each.values()) for each in lines if list(each) == NAMES]
    assert len(entries) == len(lines)
    return sorted(entries, key=repr)


def _odd(value: Any) -> int:
    match value:
        case float():
            return not math.isfinite(value)
        case dict():
            return sum(map(_odd, value.values()))
        case list():
            return sum(map(_odd, value))
    return 0
