"""Vectors: every one of a property has the same length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from exports.query.schema import Property, Role, Schema
from exports.sources.errors import VectorRefused
from exports.sources.vectors import measure_vectors
from tests.sources.text import registered, taken

if TYPE_CHECKING:
    from pathlib import Path

    from exports.sources.register import Registered


def parquet(folder: Path, vectors: str) -> Registered:
    path = folder / "things.parquet"
    duckdb.execute(
        f"COPY (SELECT row_number() OVER () AS id, v FROM (VALUES {vectors}) t(v)) TO '{path}'"
    )
    return registered(folder, path)


def measured(folder: Path, found: Registered, path: str = "v") -> Property:
    marked = found.schema.mark(path, role=Role.VECTOR)
    schema = measure_vectors(found.source, marked, scratch=folder / "scratch")
    assert Schema.from_json(schema.to_json()) == schema
    return schema.find(path)[-1]


@pytest.mark.parametrize(
    ("vectors", "length"),
    [
        ("([1.5, 2]::FLOAT[]), (NULL), ([3, 4])", 2),
        ("([1.5, 2, 3]::FLOAT[3]), (NULL)", 3),
        ("(NULL::DOUBLE[]), (NULL)", 0),
    ],
)
def test_the_length_is_kept(tmp_path: Path, vectors: str, length: int) -> None:
    assert measured(tmp_path, parquet(tmp_path, vectors)).length == length


@pytest.mark.parametrize(
    ("vectors", "reason"),
    [
        ("([1.5]::FLOAT[]), ([1, 2])", "one has 1 numbers, another 2."),
        ("([1.5]::FLOAT[]), ([])", "one has 0 numbers, another 1."),
        ("([1.5, NULL]::FLOAT[2])", "one of its numbers is null."),
        ("([]::FLOAT[])", "it holds no numbers."),
    ],
)
def test_vectors_that_differ_are_refused(tmp_path: Path, vectors: str, reason: str) -> None:
    with pytest.raises(VectorRefused) as caught:
        measured(tmp_path, parquet(tmp_path, vectors))
    assert str(caught.value) == f"'v' is no vector: {reason}"


def test_text_has_vectors_too(tmp_path: Path) -> None:
    found = taken(tmp_path, '{"id": 1, "v": [0.5, 1]}\n{"id": 2}\n')
    assert measured(tmp_path, found).length == 2


def test_vectors_inside_of_lists_are_measured(tmp_path: Path) -> None:
    text = '{"id": 1, "s": {"l": [{"v": [0.5]}, null, {"v": null}, {"v": [%s]}]}}\n{"id": 2}\n'
    assert measured(tmp_path, taken(tmp_path, text % "1"), "s.l.v").length == 1
    with pytest.raises(VectorRefused, match="one has 1 numbers, another 2"):
        measured(tmp_path, taken(tmp_path, text % "1, 2"), "s.l.v")
