"""Snapshots: any write shows, and nothing else does."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from exports.sources.errors import SourceMissing
from exports.sources.snapshot import Snapshot, snapshot
from exports.sources.source import Source, SourceKind

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def source(file: Path) -> Source:
    return Source(SourceKind.PARQUET, (str(file),))


def test_it_is_equal_when_nothing_was_written(source: Source, file: Path) -> None:
    before = snapshot(source)
    file.read_bytes()
    assert snapshot(source) == before
    assert Snapshot.from_json(json.loads(json.dumps(before.to_json()))) == before


def test_it_sees_a_file_overwritten_with_the_old_times(source: Source, file: Path) -> None:
    before, written = snapshot(source), file.stat().st_mtime_ns
    file.write_bytes(b"two")
    os.utime(file, ns=(written, written))
    assert snapshot(source) != before


def test_it_sees_a_file_replaced(source: Source, file: Path) -> None:
    before = snapshot(source)
    other = file.with_name("new")
    other.write_bytes(b"one")
    other.rename(file)
    assert snapshot(source) != before


def test_a_missing_file_is_an_error(source: Source, file: Path) -> None:
    file.unlink()
    with pytest.raises(SourceMissing):
        snapshot(source)


def test_a_link_that_took_its_place_is_an_error(source: Source, file: Path) -> None:
    file.rename(file.with_name("b.parquet"))
    file.symlink_to(file.with_name("b.parquet"))
    with pytest.raises(SourceMissing):
        snapshot(source)


def test_a_folder_that_became_a_link_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.parquet").write_bytes(b"one")
    source = Source(SourceKind.PARQUET, (str(folder / "a.parquet"),))
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    with pytest.raises(SourceMissing):
        snapshot(source)


def test_a_source_goes_to_json_and_back(source: Source) -> None:
    assert Source.from_json(json.loads(json.dumps(source.to_json()))) == source
