"""An export's request, read back: as the API takes it, and as a sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from exports.domain.plans import after_told, request_thaw, request_told
from exports.query.tree import EVERYTHING, UnknownTreeVersion
from exports.web.sentence import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.models import Export


@dataclass(frozen=True, slots=True)
class Sort:
    """One line of the order: a path, and whether the largest comes first."""

    path: str
    down: bool

    @classmethod
    def of(cls, text: str) -> Sort:
        return cls(text.removeprefix("-"), text.startswith("-"))

    @property
    def text(self) -> str:
        return f"{'-' if self.down else ''}{self.path}"


def request_text(export: Export) -> str:
    """The JSON that makes the same export over REST; what asks for nothing is left out."""
    asked: dict[str, Any] = {
        "label": export.label,
        "description": export.description,
        "collection": export.collection.name,
        **request_told(export),
        **after_told(export),
    }
    if export.sample_method != "random":
        del asked["sample_seed"]
    return pretty(telling(asked))


def telling(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request that ask for anything that is not so by itself."""
    usual = {"sample_method": "first", "archive": "none", "timezone": "UTC"}
    return {
        name: value
        for name, value in fields.items()
        if value not in ("", None, False, [], {}) and value != usual.get(name)
    }


def filter_text(export: Export) -> str:
    """The filter as it was understood; empty without one."""
    try:
        tree = request_thaw(export.frozen)
    except UnknownTreeVersion:
        return pretty(export.where)
    return "" if tree == EVERYTHING else sentence(tree)


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of the snapshot; where it lies on the server is left out."""

    collection: str
    name: str
    size: int
    written: datetime


def files_read(export: Export) -> list[ReadFile]:
    """The snapshot that the result was read from; empty before there is one."""
    return [
        ReadFile(
            collection,
            file["path"].rpartition("/")[2],
            file["size"],
            datetime.fromtimestamp(file["mtime_ns"] / 1e9, UTC),
        )
        for collection, files in (export.snapshot or {}).items()
        for file in files
    ]
