"""The names of exported files: safe on every system, and made of the origin alone."""

from __future__ import annotations

import hashlib
import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from exports.engine.filenames import file_name

SQL = f"SELECT {file_name(exp.column('origin')).sql('duckdb')} FROM (SELECT ? AS origin)"


def named(origin: str | None) -> str | None:
    with duckdb.connect() as connection:
        found = connection.execute(SQL.replace("?", "?::VARCHAR"), [origin]).fetchone()
    assert found
    return found[0]  # type: ignore[no-any-return]


def expected(origin: str) -> str:
    base = re.sub(r"[^A-Za-z0-9._-]", "_", origin.rpartition("/")[2])
    return f"{hashlib.sha256(origin.encode()).hexdigest()[:16]}-{base[-100:]}"


ORIGINS = {
    "plain": ("images/0001.png", "0001.png"),
    "empty": ("", ""),
    "folder": ("images/", ""),
    "unicode": ("ü/Straße 漢字🚢.png", "Stra_e____.png"),
    "dots": ("../../etc/..", ".."),
    "reserved": ("CON", "CON"),
    "drive": ("C:\\x\\NUL.txt", "C__x_NUL.txt"),
    "newline": ("a/b\nc\0d", "b_c_d"),
    "quotes": ('it\'s "a" %s; --', "it_s__a___s__--"),
    "long": ("x/" + "y" * 5000 + ".png", "y" * 96 + ".png"),
}


@pytest.mark.parametrize("case", ORIGINS)
def test_the_base_name_is_left_where_it_is_safe(case: str) -> None:
    origin, base = ORIGINS[case]
    assert named(origin) == expected(origin)
    assert str(named(origin))[16:] == "-" + base


def test_null_stays_null() -> None:
    assert named(None) is None


def test_one_base_name_in_two_folders_makes_two_names() -> None:
    assert named("a/x.png") != named("b/x.png")


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_makes_a_safe_name(origin: str) -> None:
    name = str(named(origin))
    assert name == expected(origin)
    assert re.fullmatch(r"[0-9a-f]{16}-[A-Za-z0-9._-]{0,100}", name)
