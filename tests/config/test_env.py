"""Settings from the environment: a wrong one is named."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_a_postgres_address_is_taken_apart() -> None:
    assert env.postgres("postgres://us%40er:p%2Fw@db:5433/way?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "way",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db",
        "PORT": "5433",
        "OPTIONS": {"connect_timeout": "5", "sslmode": "require"},
    }


@pytest.mark.parametrize("url", ["mysql://db/name", "postgres://db", "db"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.postgres(url)


def test_wrong_values_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_X", "soon")
    with pytest.raises(ImproperlyConfigured, match="WAYBILL_X"):
        env.number("WAYBILL_X", 1)
    with pytest.raises(ImproperlyConfigured, match="WAYBILL_X"):
        env.seconds("WAYBILL_X", 1)
    with pytest.raises(ImproperlyConfigured, match="WAYBILL_X"):
        env.flag("WAYBILL_X")


def test_what_is_set_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_X", "2.5")
    assert env.seconds("WAYBILL_X", 1) == timedelta(seconds=2.5)
    monkeypatch.setenv("WAYBILL_X", "on")
    assert env.flag("WAYBILL_X") is True
    monkeypatch.setenv("WAYBILL_X", "a, b,,c ")
    assert env.names("WAYBILL_X") == ["a", "b", "c"]


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "secret"

    first = env.secret("WAYBILL_NO_SUCH", file)

    assert len(first) >= 48
    assert env.secret("WAYBILL_NO_SUCH", file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_roots_are_folders_and_those_in_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_X", "/a: s3://bucket :b:s3://other/in/")
    assert env.roots("WAYBILL_X") == ([Path("/a"), Path("b")], ["s3://bucket/", "s3://other/in/"])
    monkeypatch.setenv("WAYBILL_X", "/a:https://bucket/")
    with pytest.raises(ImproperlyConfigured, match="WAYBILL_X"):
        env.roots("WAYBILL_X")


def test_a_choice_is_one_of_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.choice("WAYBILL_X", ("one", "two")) == "one"
    monkeypatch.setenv("WAYBILL_X", "two")
    assert env.choice("WAYBILL_X", ("one", "two")) == "two"
    monkeypatch.setenv("WAYBILL_X", "three")
    with pytest.raises(ImproperlyConfigured, match="WAYBILL_X must be one of one, two"):
        env.choice("WAYBILL_X", ("one", "two"))
