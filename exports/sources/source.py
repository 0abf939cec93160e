"""Where the documents of a collection lie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exports.sources.snapshot import Snapshot


class SourceKind(StrEnum):
    """In what form the documents lie there."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"

    @property
    def is_text(self) -> bool:
        """Its files do not tell the types of what they hold."""
        return self is not SourceKind.PARQUET


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a collection: real paths, in code-point order, which is their reading order.

    :ivar delimiter: what stands between the cells of CSV.
    :ivar file_root: the folder in which the files lie that documents name; a real path.
    :ivar checked: the state in which its keys were found unique, and every value of text to fit.
    """

    kind: SourceKind
    files: tuple[str, ...]
    delimiter: str = ""
    checked: Snapshot | None = None
    file_root: str = ""

    def to_json(self) -> dict[str, Any]:
        node: dict[str, Any] = {"kind": self.kind.value, "files": list(self.files)}
        if self.delimiter:
            node["delimiter"] = self.delimiter
        if self.file_root:
            node["file_root"] = self.file_root
        if self.checked:
            node["checked"] = self.checked.to_json()
        return node

    @classmethod
    def from_json(cls, node: dict[str, Any]) -> Source:
        return cls(
            kind=SourceKind(node["kind"]),
            files=tuple(node["files"]),
            delimiter=node.get("delimiter", ""),
            file_root=node.get("file_root", ""),
            checked=Snapshot.from_json(node["checked"]) if "checked" in node else None,
        )
