"""An export's request, read back: as the API takes it, and where its files are downloaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from exports.domain.names import download_name
from exports.domain.requests import request_thaw
from exports.query.tree import EVERYTHING, UnknownTreeVersion
from exports.web.sentence import sentence

if TYPE_CHECKING:
    from exports.models import Export, ExportFile, Namespace

_FIELDS = (
    *("label", "description", "format", "paths", "where", "order_by"),
    *("sample_size", "file_name", "timezone"),
)


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
    asked: dict[str, Any] = {"collection": export.collection.name}
    asked |= {name: getattr(export, name) for name in _FIELDS}
    return pretty({name: value for name, value in asked.items() if value not in ("", None, [])})


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


@dataclass(frozen=True)
class Download:
    """A file of a result, as it is offered."""

    export: Export
    file: ExportFile
    namespace: Namespace

    @property
    def saved_as(self) -> str:
        """The name that the browser gives it."""
        return download_name(self.export, self.file)

    @property
    def address(self) -> str:
        query = urlencode({"namespace": self.namespace.slug})
        return f"{reverse('api:download', args=[self.export.uid, self.file.name])}?{query}"

    @property
    def check(self) -> str:
        """The command that compares the checksum, to be run beside the file."""
        return f"echo {quote(f'{self.file.sha256}  {self.saved_as}')} | sha256sum -c"
