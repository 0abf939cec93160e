"""Where the documents of a collection lie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SourceKind(StrEnum):
    """In what form the documents lie there."""

    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a collection: real paths, in code-point order, which is their reading order."""

    kind: SourceKind
    files: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "files": list(self.files)}

    @classmethod
    def from_json(cls, node: dict[str, Any]) -> Source:
        return cls(SourceKind(node["kind"]), tuple(node["files"]))
