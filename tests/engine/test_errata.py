"""The errors of a run: every entry, in order, in a file that does not grow without bound."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from exports.engine.errata import Errata

if TYPE_CHECKING:
    from pathlib import Path


def entries(first: int, count: int, path: str = "image") -> pa.RecordBatch:
    keys = range(first, first + count)
    values = [f"a/{key}.png" for key in keys]
    return pa.record_batch({"key": keys, "path": [path] * count, "value": values})


def read(errata: Errata) -> list[dict[str, Any]]:
    pieces = list(errata.pieces())
    lines = b"".join(piece.data for piece in pieces).decode().splitlines()
    assert sum(piece.rows for piece in pieces) == len(lines)
    return [json.loads(line) for line in lines]


def line(code: str, key: Any, path: str | None, value: Any, count: int) -> dict[str, Any]:
    return {"code": code, "key": key, "path": path, "value": value, "count": count}


def test_without_entries_it_is_false_and_no_file_is_there(tmp_path: Path) -> None:
    errata = Errata(tmp_path)
    errata.add("file_missing", entries(0, 0))
    errata.count("not_finite_numbers", "delay", 0)
    assert not errata
    assert read(errata) == []
    assert list(tmp_path.iterdir()) == []


def test_entries_come_in_order_and_totals_after_them(tmp_path: Path) -> None:
    errata = Errata(tmp_path)
    errata.count("infinite_times", None, 2)
    errata.add("file_missing", entries(7, 2))
    errata.count("not_finite_numbers", "delay", 3)
    errata.add("reference_to_nothing", entries(1, 1, "carrier"))
    errata.count("not_finite_numbers", "delay", 4)
    assert read(errata) == [
        line("file_missing", 7, "image", "a/7.png", 1),
        line("file_missing", 8, "image", "a/8.png", 1),
        line("reference_to_nothing", 1, "carrier", "a/1.png", 1),
        line("infinite_times", None, None, None, 2),
        line("not_finite_numbers", None, "delay", None, 7),
    ]
    assert errata
    assert errata.counts == {
        "infinite_times": 2,
        "file_missing": 2,
        "not_finite_numbers": 7,
        "reference_to_nothing": 1,
    }


def test_keys_and_values_may_be_of_any_type(tmp_path: Path) -> None:
    errata = Errata(tmp_path)
    batch = pa.record_batch({"key": ["é\n", None], "path": pa.nulls(2), "value": [1, None]})
    errata.add("x", batch)
    assert read(errata) == [line("x", "é\n", None, 1, 1), line("x", None, None, None, 1)]


def test_beyond_the_bound_entries_are_counted_and_the_last_line_says_so(tmp_path: Path) -> None:
    errata = Errata(tmp_path, kept=5)
    for first in (0, 3, 6, 9):
        errata.add("file_missing", entries(first, 3))
    errata.count("infinite_times", "at", 1)
    assert [entry["key"] for entry in read(errata)] == [0, 1, 2, 3, 4, None, None]
    assert read(errata)[-2:] == [
        line("infinite_times", None, "at", None, 1),
        line("entries_left_out", None, None, None, 7),
    ]
    assert errata.counts == {"file_missing": 12, "infinite_times": 1}


def test_memory_does_not_grow_with_the_entries(tmp_path: Path) -> None:
    errata = Errata(tmp_path)
    batch = entries(0, 4096)
    tracemalloc.start()
    try:
        for _ in range(100):
            errata.add("file_missing", batch)
        assert sum(piece.rows for piece in errata.pieces()) == 409_600
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()
