"""``manage.py exports verify``: what it finds, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from exports.domain.storage import base_store
from exports.models import Export, State
from exports.stores.keycheck import check_sealed
from exports.stores.keys import MasterKey, MasterKeys

if TYPE_CHECKING:
    from pathlib import Path

    from exports.models import Namespace


def verify(*arguments: str) -> tuple[list[str], str]:
    """What it prints of files, and how it fails; empty when it does not."""
    lines, failure = printed(*arguments)
    return [line for line in lines if not line.startswith("Unknown: ")], failure


def printed(*arguments: str) -> tuple[list[str], str]:
    out, failure = StringIO(), ""
    try:
        call_command("exports", "verify", *arguments, stdout=out)
    except CommandError as error:
        failure = str(error)
    return out.getvalue().splitlines(), failure


def put(key: str) -> None:
    writer = base_store().create(key)
    writer.write(b"anything")
    writer.close()


def folder_of(export: Export) -> Path:
    folder: Path = settings.STORE_DIR
    return folder / export.namespace.uid / export.uid / "1"


def test_a_store_that_is_whole_says_so(finished: Export) -> None:
    size = sum(each.bytes for each in finished.files.all())

    assert verify() == ([f"2 files of {size} bytes were read."], "")


@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
def test_what_is_not_as_it_was_is_named(damage: str, finished: Export) -> None:
    path = folder_of(finished) / "data.csv"
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if damage == "cut" else b"D" + content[1:])
    altered = "it is not as it was written: it was cut, swapped or altered"
    wrong = {"gone": "it is not in the store", "cut": altered, "changed": altered}

    lines, failure = verify()

    assert lines[0] == f"demo  {finished.uid}  data.csv: {wrong[damage]}"
    assert failure == "1 of them are not as they should be."


def test_one_workspace_or_one_export_is_read(finished: Export, other: Namespace) -> None:
    (folder_of(finished) / "data.csv").unlink()

    assert verify("--namespace=other") == (["0 files of 0 bytes were read."], "")
    assert verify(f"--export={finished.uid}")[1] == "1 of them are not as they should be."
    assert verify("--export=exp_none")[1] == "There is no export 'exp_none'."


def test_what_is_left_of_an_expired_export_is_listed(finished: Export) -> None:
    here = f"{finished.namespace.uid}/{finished.uid}/"
    long_ago = timezone.now() - timedelta(hours=25)
    Export.objects.update(state=State.EXPIRED, ended_at=long_ago, cleared_at=long_ago)
    store = base_store()

    lines = printed()[0]

    assert [each for each in lines if here in each] == [
        f"Unknown: {key}" for key in store.list(here)
    ]
    assert len(list(store.list(here))) == 4


def test_a_store_that_cannot_be_opened_is_said_to_be_so(settings: Any, tmp_path: Path) -> None:
    settings.STORE_DIR = tmp_path
    check_sealed(base_store(), MasterKeys(lambda: [MasterKey(bytes(32))]))

    assert "Bring that key back from its backup" in verify()[1]


def test_keys_that_nothing_names_are_listed(finished: Export) -> None:
    here = f"{finished.namespace.uid}/{finished.uid}"
    stray, old = "ns_x/exp_x/1/data.csv", f"{here}/9/data.csv"
    for key in (stray, old):
        put(key)

    def unknown() -> list[str]:
        # The store is that of all tests in this process, who leave things in it.
        found = [line.removeprefix("Unknown: ") for line in printed()[0]]
        return [key for key in found if key.startswith((here, "ns_x/"))]

    assert unknown() == [stray]
    Export.objects.update(ended_at=timezone.now() - timedelta(hours=25))
    assert unknown() == sorted([old, stray])
    Export.objects.update(state=State.PENDING)
    assert unknown() == [stray]
    for key in (stray, old):
        base_store().delete(key)
