"""``manage.py store``, and what refuses to start with a key that is not the store's."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError

from config.env import BASE_DIR
from exports.domain.storage import base_store, master_keys, result_store, store_check
from exports.management.commands.store import BACK_UP
from exports.stores.errors import MasterKeyMissing
from exports.stores.keycheck import check_sealed
from exports.stores.keyfile import KeyFile
from exports.stores.keys import MasterKey, MasterKeys
from exports.stores.local import LocalStore
from tests.management.test_commands import said
from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THEIRS = MasterKey(bytes(32))


@pytest.fixture
def key(tmp_path: Path, settings: Any) -> Iterator[KeyFile]:
    """Where the master key of an empty store is to be."""
    settings.STORE_DIR = tmp_path / "store"
    settings.MASTER_KEY_FILE = tmp_path / "master_key"
    master_keys.cache_clear()
    result_store.cache_clear()
    yield KeyFile(tmp_path / "master_key")
    master_keys.cache_clear()
    result_store.cache_clear()


def test_a_key_is_made_once(key: KeyFile) -> None:
    first, second = said("store", "key"), said("store", "key")

    [made] = key.load()
    assert first == f"{second}{BACK_UP}\n"
    assert second == f"The master key is {made.id}, in {key.path}.\n"


def test_a_plain_store_needs_the_key_for_what_signs(key: KeyFile, settings: Any) -> None:
    settings.STORE_ENCRYPTED = False
    with pytest.raises(MasterKeyMissing):
        store_check()

    key.make()
    store_check()


@pytest.mark.django_db
def test_a_disk_that_fails_is_told_in_a_sentence(
    key: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    said("store", "key")
    monkeypatch.setattr(KeyFile, "write", full)

    with pytest.raises(CommandError, match="No space left on device"):
        said("store", "rotate")


@pytest.mark.django_db
def test_rotating_says_what_is_not_needed_any_more(key: KeyFile) -> None:
    key.make()
    old = key.load()[0].id

    turned = said("store", "rotate")
    forgotten = said("store", "rotate", "--forget")

    [made] = key.load()
    assert turned.splitlines() == [
        f"The master key is {made.id}, in {key.path}.",
        "0 secrets were sealed with it anew.",
        f"Not needed any more: {old}.",
        BACK_UP,
        "To take them out of the file: manage.py store rotate --forget",
    ]
    assert forgotten.splitlines()[2:] == [f"Taken out of the file: {old}."]


@pytest.mark.django_db
def test_what_cannot_be_opened_is_named(key: KeyFile) -> None:
    key.make()
    said("store", "key")
    writer = result_store().create("ns/exp/1/data")
    writer.close()
    base_store().replace("ns/exp/1/data.key", b"damaged")

    with pytest.raises(CommandError, match=r"so the keys are all kept(.|\n)*  ns/exp/1/data$"):
        said("store", "rotate")


def test_a_lost_key_ends_with_a_sentence(key: KeyFile) -> None:
    key.make()
    said("store", "key")
    key.path.unlink()

    for arguments in (["key"], ["rotate"], ["rotate", "--forget"]):
        with pytest.raises(CommandError, match="from its backup"):
            said("store", *arguments)


@pytest.fixture
def foreign(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation whose store was written with another key."""
    check_sealed(LocalStore(tmp_path / "store"), MasterKeys(lambda: [THEIRS]))
    KeyFile(tmp_path / "master_key").make()
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("WAYBILL_", "DATABASE_"))},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WAYBILL_VAR": str(tmp_path),
    }


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "worker"],
        ["manage.py", "reconcile"],
        ["manage.py", "up", "--port", "{port}"],
        ["-m", "gunicorn", "config.wsgi:application", "--bind", "127.0.0.1:{port}"],
    ],
    ids=["worker", "reconciler", "everything", "web"],
)
def test_nothing_starts_with_a_key_that_is_not_the_stores(
    command: list[str], foreign: dict[str, str]
) -> None:
    port = str(free_port())

    ended = subprocess.run(
        [sys.executable, *(each.format(port=port) for each in command)],
        cwd=BASE_DIR,
        env=foreign,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    assert f"sealed with the master key {THEIRS.id}, which is not at hand" in ended.stderr
    assert "Traceback" not in ended.stderr
