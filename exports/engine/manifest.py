"""The paper that travels with a result: what was asked, of what it was made, what came out."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import arro3.core
import duckdb
import pyarrow as pa

from exports.engine.request import Format
from exports.query.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.engine.plan import Plan
    from exports.engine.run import Result
    from exports.query.schema import Property
    from exports.sources.snapshot import FileState, Snapshot

MANIFEST = "manifest.json"
CONTENT_TYPE = "application/json"
ENGINE = {
    "duckdb": duckdb.__version__,
    "pyarrow": pa.__version__,
    "arro3": arro3.core.__version__,
}

JSON_WORDS = {
    Kind.BOOLEAN: "true or false",
    Kind.INTEGER: "number, exact",
    Kind.FLOAT: "number, the shortest that reads back; NaN and infinities are null",
    Kind.DECIMAL: "number, exact",
    Kind.TEXT: "text",
    Kind.UUID: "text",
    Kind.ENUM: "text",
    Kind.DATE: "text, ISO 8601",
    Kind.TIME: "text, ISO 8601",
    Kind.TIMESTAMP: "text, RFC 3339, in {zone}",
    Kind.BINARY: "text, base64",
    Kind.STRUCT: "object",
    Kind.LIST: "array",
    Kind.MAP: "object",
}
CSV_WORDS = {
    **JSON_WORDS,
    Kind.FLOAT: "number, the shortest that reads back; NaN and infinities are empty",
    Kind.TEXT: "text; a ' stands before what a spreadsheet would run as a formula",
    Kind.STRUCT: "text, JSON",
    Kind.LIST: "text, JSON",
    Kind.MAP: "text, JSON",
}


def build(
    plan: Plan, result: Result, *, export: Mapping[str, Any], request: Mapping[str, Any]
) -> bytes:
    """The manifest of a result, as the bytes to store.

    :param export: what the caller knows of it: its id, who asked, when it began.
    :param request: what was asked, as JSON, in full.
    """
    manifest = {
        "version": 1,
        "export": dict(export),
        "request": dict(request),
        "collection": plan.request.collection,
        "schema_version": plan.schema.version,
        "snapshot": {name: _read(snapshot) for name, snapshot in result.snapshots.items()},
        "columns": [_column(column, plan) for column in plan.columns],
        "rows": result.rows,
        "notices": dict(result.notices),
        "files": [asdict(file) for file in result.files],
        "engine": ENGINE,
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _read(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [_file(file) for file in snapshot.files]


def _file(file: FileState) -> dict[str, Any]:
    # Where it lies on the server is nobody's business who only holds the result.
    return asdict(file) | {"path": file.path.rpartition("/")[2]}


def _column(column: Property, plan: Plan) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.kind.value,
        "sql": column.sql,
        "written": _written(column, plan),
    }


def _written(column: Property, plan: Plan) -> str:
    if plan.request.format is Format.PARQUET:
        return f"Parquet, {plan.arrow.field(column.name).type}"
    words = CSV_WORDS if plan.request.format is Format.CSV else JSON_WORDS
    return words[column.kind].format(zone=plan.request.timezone)
