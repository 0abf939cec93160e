"""The manifest says what was asked, from which bytes, and what came out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from exports.engine.manifest import build
from exports.engine.plan import plan
from exports.engine.request import Compression, CsvOptions, Format, Request
from tests.engine.exporting import NAME, of_table

if TYPE_CHECKING:
    from pathlib import Path


def test_it_says_everything(tmp_path: Path) -> None:
    at = pa.array([1_372_934_400, None], pa.int64()).cast(pa.timestamp("s"))
    rows = pa.table({"id": [1, 2], "at": at, "f": [0.5, float("inf")]})
    things = of_table(tmp_path, rows)
    result = things.run("csv", timezone="Europe/Berlin")
    made = plan(
        Request(collection=NAME, format=Format.CSV, timezone="Europe/Berlin"), things.catalogue
    )
    data = build(made, result, export={"id": "exp_1"}, request={"format": "csv", "where": None})
    manifest = json.loads(data)
    file = tmp_path / "things.parquet"
    assert data.endswith(b"\n")
    assert manifest["export"] == {"id": "exp_1"}
    assert manifest["request"] == {"format": "csv", "where": None}
    [collection], [table] = manifest["collections"], manifest["tables"]
    assert (collection["id"], collection["name"]) == (NAME, NAME)
    assert collection["schema_version"] == things.schema.version
    [snapshot] = collection["snapshot"]
    assert snapshot == {
        "path": "things.parquet",
        "device": file.stat().st_dev,
        "inode": file.stat().st_ino,
        "size": file.stat().st_size,
        "mtime_ns": file.stat().st_mtime_ns,
        "ctime_ns": file.stat().st_ctime_ns,
    }
    assert str(tmp_path) not in data.decode()
    assert table["file"] == "data.csv"
    assert table["columns"][1] == {
        "path": "at",
        "type": "timestamp",
        "sql": "TIMESTAMP",
        "written": "text, RFC 3339, in Europe/Berlin",
    }
    assert (manifest["rows"], manifest["notices"]) == (2, {"not_finite_numbers": 1})
    assert [each["name"] for each in manifest["files"]] == ["data.csv", "errors.jsonl"]
    assert manifest["members"] == []
    assert manifest["files"][:1] == [
        {
            "name": "data.csv",
            "kind": "data",
            "content_type": "text/csv",
            "rows": 2,
            "bytes": result.files[0].bytes,
            "sha256": result.files[0].sha256,
        }
    ]
    assert manifest["engine"]["duckdb"] == duckdb.__version__


def test_it_says_the_types_of_parquet(tmp_path: Path) -> None:
    things = of_table(tmp_path, pa.table({"id": [1], "l": [[1.5]]}))
    result = things.run("parquet")
    made = plan(Request(collection=NAME), things.catalogue)
    columns = json.loads(build(made, result, export={}, request={}))["tables"][0]["columns"]
    assert [each["written"] for each in columns] == [
        "Parquet, int64",
        "Parquet, list<element: double>",
    ]


def test_it_says_how_csv_was_asked_for_and_which_file_holds_it(tmp_path: Path) -> None:
    things = of_table(tmp_path, pa.table({"id": ["a"], "f": [1.5]}))
    options = CsvOptions(formula_guard=False, null_text="NULL")
    asked: dict[str, Any] = {"csv": options, "compression": Compression.GZIP}
    result = things.run("csv", **asked)
    request = Request(collection=NAME, format=Format.CSV, **asked)
    told = json.loads(build(plan(request, things.catalogue), result, export={}, request={}))
    [table], [file] = told["tables"], told["files"]
    assert table["file"] == file["name"] == "data.csv.gz"
    assert [each["written"] for each in table["columns"]] == [
        "text",
        "number, the shortest that reads back; NaN and infinities are 'NULL'",
    ]
