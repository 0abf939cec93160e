"""What came out of an export: its files by kind, where to download them, and what was noticed."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from exports.domain.names import download_name
from exports.engine.files import FOLDER
from exports.models import ExportFile, State
from exports.web.wording import number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from exports.models import Export, Namespace

Kind = ExportFile.Kind

_LISTING = "files.jsonl"
_WORDS = {
    Kind.DATA: "The data",
    Kind.VECTORS: "The vectors, with the key beside each",
    Kind.FILES: "The files that the documents name",
    Kind.ARCHIVE: "Everything in one zip",
    Kind.ERRORS: "What was written otherwise than it was asked for",
    Kind.MANIFEST: "The manifest: what was asked, and what came out",
    Kind.SIGNATURE: "The signature of the manifest",
}
# One of them, and several.
_NOTICES = {
    "reference_to_nothing": ("reference leads to nothing", "references lead to nothing"),
    "file_missing": ("file is missing", "files are missing"),
    "not_finite_numbers": (
        "number is not finite and was written as null",
        "numbers are not finite and were written as null",
    ),
    "infinite_times": (
        "time is infinite and was written as null",
        "times are infinite and were written as null",
    ),
}


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
        """The command that tells whether the download is whole."""
        return f"echo {quote(f'{self.file.sha256}  {self.saved_as}')} | sha256sum -c"

    @property
    def holds(self) -> str:
        """What is in it."""
        if self.file.name == _LISTING:
            return "Which file each document names"
        return _WORDS[Kind(self.file.kind)]

    @property
    def is_first(self) -> bool:
        """Whether it is what people come for."""
        return self.file.kind in (Kind.DATA, Kind.ARCHIVE)

    @property
    def is_one_of_many(self) -> bool:
        return self.file.name.startswith(FOLDER)


def downloads(export: Export, namespace: Namespace, now: datetime) -> list[Download]:
    """The files of a result in the order of their kinds; none before it is ready, or after."""
    if export.state != State.READY or export.is_over(now):
        return []
    found = sorted(export.listed_files, key=lambda each: (Kind.values.index(each.kind), each.name))
    return [Download(export, each, namespace) for each in found]


def notices(export: Export) -> list[str]:
    """What was noticed in the run: ``50,094 references lead to nothing``."""
    return noticed(export.notices)


def noticed(counts: Mapping[str, int]) -> list[str]:
    """What was noticed so many times, in words."""
    return [
        f"{number(count)} {_NOTICES.get(code, (code, code))[count != 1]}"
        for code, count in counts.items()
    ]


def errors_are(export: Export) -> str:
    """Where the entries behind the notices stand; empty when they are not there any more."""
    if export.state != State.READY:
        return ""
    return "errors.jsonl in the zip" if export.archive == "zip" else "errors.jsonl"
