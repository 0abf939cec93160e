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
    from exports.engine.request import Request
    from exports.engine.run import Result
    from exports.engine.table import Table
    from exports.query.schema import Property
    from exports.sources.remote import ObjectState
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
    Kind.FLOAT: "number, the shortest that reads back; NaN and infinities are {nothing}",
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
        "collections": [_collection(each, plan, result) for each in plan.relation.collections],
        "tables": [_table(each, plan) for each in plan.tables],
        "rows": result.rows,
        "notices": dict(result.notices),
        "files": [asdict(file) for file in result.files],
        "members": [asdict(file) for file in result.members],
        "engine": ENGINE,
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _read(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [_file(file) for file in snapshot.files]


def _file(file: FileState | ObjectState) -> dict[str, Any]:
    # Where it lies on the server is nobody's business who only holds the result.
    return asdict(file) | {"path": file.path.rpartition("/")[2]}


def _collection(collection: str, plan: Plan, result: Result) -> dict[str, Any]:
    entry = plan.relation.catalogue[collection]
    return {
        "id": collection,
        "name": entry.name,
        "schema_version": entry.schema.version,
        "snapshot": _read(result.snapshots[collection]),
    }


def _table(table: Table, plan: Plan) -> dict[str, Any]:
    columns = [_column(each, table, plan.request) for each in table.columns]
    return {"file": table.name, "columns": columns}


def _column(column: Property, table: Table, request: Request) -> dict[str, Any]:
    return {
        "path": column.name,
        "type": column.kind.value,
        "sql": column.sql,
        "written": written(column, table, request),
    }


def written(column: Property, table: Table, request: Request) -> str:
    """How the format of the request writes a column of a table, in a few words."""
    if request.format is Format.PARQUET:
        return f"Parquet, {table.arrow.field(column.name).type}"
    if request.format is not Format.CSV:
        return JSON_WORDS[column.kind].format(zone=request.timezone)
    nothing = repr(request.csv.null_text) if request.csv.null_text else "empty"
    words = CSV_WORDS if request.csv.formula_guard else {**CSV_WORDS, Kind.TEXT: "text"}
    return words[column.kind].format(zone=request.timezone, nothing=nothing)
