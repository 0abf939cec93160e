"""Locations: nothing outside the allowed folders, whatever the links say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from exports.sources.errors import (
    KindUnknown,
    LocationMissing,
    LocationOutside,
    LocationRefused,
    SourceEmpty,
)
from exports.sources.locate import locate
from exports.sources.source import SourceKind

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    for name in ("b.parquet", "a.parquet", "notes.txt"):
        (folder / name).write_bytes(b"")
    (tmp_path / "secret.parquet").write_bytes(b"")
    return folder


def test_a_folder_means_its_parquet_files_in_code_point_order(root: Path) -> None:
    (root / "B.parquet").write_bytes(b"")
    (root / "deeper").mkdir()
    (root / "deeper" / "c.parquet").write_bytes(b"")
    names = ("B.parquet", "a.parquet", "b.parquet")
    assert locate([str(root)], [root])[1] == tuple(str(root / name) for name in names)


def test_a_relative_location_begins_at_the_first_root(root: Path) -> None:
    assert locate(["a.parquet"], [root])[1] == (str(root / "a.parquet"),)


def test_a_file_named_twice_is_read_once(root: Path) -> None:
    (root / "link.parquet").symlink_to(root / "a.parquet")
    locations = ["a.parquet", "./a.parquet", "link.parquet"]
    assert locate(locations, [root])[1] == (str(root / "a.parquet"),)


@pytest.mark.parametrize("location", ["../secret.parquet", "..", "/etc/passwd", "/", "/nowhere"])
def test_it_refuses_what_lies_outside(root: Path, location: str) -> None:
    with pytest.raises(LocationOutside):
        locate([location], [root])


def test_it_refuses_a_link_that_leads_outside(root: Path, tmp_path: Path) -> None:
    (root / "link.parquet").symlink_to(tmp_path / "secret.parquet")
    for location in ("link.parquet", str(root)):
        with pytest.raises(LocationOutside):
            locate([location], [root])


def test_it_refuses_a_folder_that_is_a_link_outside(root: Path, tmp_path: Path) -> None:
    (root / "folder").symlink_to(tmp_path)
    with pytest.raises(LocationOutside):
        locate(["folder/secret.parquet"], [root])


def test_a_folder_beside_the_root_with_a_longer_name_is_outside(root: Path) -> None:
    beside = root.with_name("root-too")
    beside.mkdir()
    (beside / "a.parquet").write_bytes(b"")
    with pytest.raises(LocationOutside):
        locate([str(beside / "a.parquet")], [root])


def test_a_root_may_be_a_link_itself(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert locate(["a.parquet"], [tmp_path / "alias"])[1] == (str(root / "a.parquet"),)


@pytest.mark.parametrize("location", ["c.parquet", "a.parquet/b", "a\0.parquet", "x" * 300])
def test_it_says_that_there_is_nothing(root: Path, location: str) -> None:
    with pytest.raises(LocationMissing):
        locate([location], [root])


def test_links_in_a_circle_are_nothing(root: Path) -> None:
    (root / "one.parquet").symlink_to(root / "two.parquet")
    (root / "two.parquet").symlink_to(root / "one.parquet")
    with pytest.raises(LocationMissing):
        locate(["one.parquet"], [root])


@pytest.mark.parametrize("name", ["*.parquet", "a?.parquet", "a[1].parquet"])
def test_it_refuses_names_that_are_patterns(root: Path, name: str) -> None:
    (root / name).write_bytes(b"")
    with pytest.raises(LocationRefused, match="rename"):
        locate([name], [root])


def test_it_refuses_what_is_no_ordinary_file(root: Path) -> None:
    os.mkfifo(root / "pipe.parquet")
    with pytest.raises(LocationRefused, match="ordinary"):
        locate(["pipe.parquet"], [root])


def test_it_refuses_a_name_that_is_no_text(root: Path) -> None:
    name = os.fsdecode(b"\xff.parquet")
    (root / name).write_bytes(b"")
    with pytest.raises(LocationRefused, match="UTF-8"):
        locate([name], [root])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.parquet", SourceKind.PARQUET),
        ("a.jsonl", SourceKind.JSONL),
        ("a.ndjson.zst", SourceKind.JSONL),
        ("a.csv.gz", SourceKind.CSV),
    ],
)
def test_the_kind_is_told_by_the_name(root: Path, name: str, kind: SourceKind) -> None:
    (root / "folder").mkdir()
    for each in (name, "readme.md"):
        (root / "folder" / each).write_bytes(b"")
    assert locate(["folder"], [root]) == (kind, (str(root / "folder" / name),))


@pytest.mark.parametrize("name", ["notes.txt", "a.json", "a.parquet.gz", "a.CSV"])
def test_a_name_that_does_not_tell_the_kind_is_refused(root: Path, name: str) -> None:
    (root / name).write_bytes(b"")
    with pytest.raises(KindUnknown, match=r"must end in \.parquet, \.jsonl"):
        locate([name], [root])


def test_a_folder_without_such_files_is_an_error(root: Path) -> None:
    (root / "empty").mkdir()
    with pytest.raises(SourceEmpty):
        locate(["empty"], [root])
