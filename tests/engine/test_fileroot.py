"""The folder of a collection's files: what is inside is read, nothing leads out."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from exports.engine.errors import SourceInvalid
from exports.engine.fileroot import FileMissing, LocalRoot

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "ü x.png").write_bytes(b"inside")
    (tmp_path / "secret").write_bytes(b"outside")
    (tmp_path / "rootless").mkdir()
    (tmp_path / "rootless" / "x").write_bytes(b"outside")
    return folder


def read(root: Path, origin: str) -> bytes:
    with closing(LocalRoot(root).open(origin)) as stream:
        return stream.read(1 << 20)


@pytest.mark.parametrize("origin", ["a/ü x.png", "./a/ü x.png", "a//ü x.png"])
def test_a_file_inside_is_read(root: Path, origin: str) -> None:
    assert read(root, origin) == b"inside"


def test_links_that_stay_inside_are_followed(root: Path) -> None:
    (root / "link").symlink_to("a/ü x.png")
    (root / "folder").symlink_to(root / "a")
    assert read(root, "link") == read(root, "folder/ü x.png") == b"inside"
    root.with_name("other").symlink_to(root)
    assert read(root.with_name("other"), "link") == b"inside"


def prepare(root: Path) -> None:
    (root / "out").symlink_to("../secret")
    (root / "out-absolute").symlink_to(root.parent / "secret")
    (root / "up").symlink_to("..")
    (root / "beside").symlink_to("../rootless")
    (root / "round").symlink_to("round")
    (root / "nothing").symlink_to("not-there")
    os.mkfifo(root / "pipe")
    (root / "null").symlink_to("/dev/null")


NO_FILES = ["", ".", "a", "a/", "b", "a/b", "a/ü x.png/b", "a\\ü x.png", "x" * 5000, "x/" * 5000]
LEADING_OUT = ["../secret", "a/../a/ü x.png", "..", "/", "a\0b", "\0", "file:///etc/passwd"]
LINKS = ["out", "out-absolute", "up/secret", "beside/x", "round", "nothing", "pipe", "null"]


@pytest.mark.parametrize("origin", [*NO_FILES, *LEADING_OUT, *LINKS])
def test_all_else_is_missing_and_not_told_apart(root: Path, origin: str) -> None:
    prepare(root)
    with pytest.raises(FileMissing):
        LocalRoot(root).open(origin)


def test_absolute_paths_are_missing_even_when_they_lead_inside(root: Path) -> None:
    with pytest.raises(FileMissing):
        LocalRoot(root).open(str(root / "a" / "ü x.png"))


def test_a_root_that_is_not_there_is_no_empty_one(root: Path) -> None:
    with pytest.raises(SourceInvalid):
        LocalRoot(root / "not-there")


def test_nothing_stays_open(root: Path) -> None:
    prepare(root)
    before = os.listdir("/proc/self/fd")
    assert read(root, "a/ü x.png") == b"inside"
    for origin in ("a", "pipe", "out"):
        with pytest.raises(FileMissing):
            LocalRoot(root).open(origin)
    assert os.listdir("/proc/self/fd") == before
