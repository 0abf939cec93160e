"""What a request for an export can say, for those who write one with a type checker."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class CsvFields(TypedDict, total=False):
    """How CSV is written."""

    delimiter: str
    bom: bool
    formula_guard: bool
    null_text: str
    nested: Literal["json", "flatten"]


class ExportFields(TypedDict, total=False):
    """The fields of ``POST /exports``; ``docs/request.md`` says what each means."""

    collection: str
    label: str
    description: str
    format: str
    paths: list[str]
    include: list[str]
    expand: list[str]
    where: dict[str, Any] | str
    order_by: list[str]
    principal: str
    prefix: str
    sample_size: int
    sample_method: Literal["first", "random"]
    sample_seed: int
    include_vectors: bool
    export_files: bool
    zip_files: bool
    archive: Literal["none", "zip"]
    compression: Literal["none", "gzip", "zstd", "snappy"]
    csv: CsvFields
    file_name: str
    timezone: str
    notify: list[dict[str, Any]]
    after_script: str


class ListFields(TypedDict, total=False):
    """What ``GET /exports`` can be narrowed by."""

    state: str
    collection: str
    format: str
    created_by: str
    created_after: str
    created_before: str
    q: str
