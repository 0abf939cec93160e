"""``manage.py manifest verify`` and ``signing rotate``: from a run to a folder that is proved."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from exports.models import Export, SigningKey
from tests.api.conftest import Rest, key_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exports.models import User


def said(*arguments: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def downloaded(
    make_export: Callable[..., Export], run_exports: Callable[[], None], ada: User, tmp_path: Path
) -> Path:
    """A folder with all files of a result, under the names that a browser gives them."""
    export = make_export(format="jsonl", label="All trips", compression="gzip")
    run_exports()
    rest = Rest(key_for(export.namespace, ada))
    for file in rest.get(f"/exports/{export.uid}").json()["files"]:
        answer: Any = rest.client.get(file["url"])
        name = answer.headers["Content-Disposition"].split('"')[1]
        (tmp_path / name).write_bytes(answer.getvalue())
    return tmp_path


def test_what_was_downloaded_is_proved(downloaded: Path) -> None:
    key = SigningKey.objects.get()

    assert sorted(each.name for each in downloaded.iterdir()) == [
        *("all-trips.jsonl.gz", "all-trips.manifest.json", "all-trips.manifest.json.sig")
    ]
    assert said("manifest", "verify", downloaded) == (
        f"all-trips.manifest.json: signed with {key.uid}\n  data.jsonl.gz: all-trips.jsonl.gz, OK\n"
    )


def test_it_needs_no_database_with_the_keys_in_a_file(
    downloaded: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    keys.write_bytes(Rest().get("/signing-keys").getvalue())
    SigningKey.objects.all().delete()

    assert "OK" in said("manifest", "verify", downloaded, "--key", keys)
    with pytest.raises(CommandError, match="not among those at hand"):
        said("manifest", "verify", downloaded)


def test_it_fails_when_anything_was_altered(downloaded: Path) -> None:
    data = downloaded / "all-trips.jsonl.gz"
    data.write_bytes(data.read_bytes()[:-1] + b"x")
    with pytest.raises(CommandError, match="1 of the files"):
        said("manifest", "verify", downloaded)
    manifest = downloaded / "all-trips.manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"rows": 1000', b'"rows": 1001'))
    with pytest.raises(CommandError, match="is not that of the key"):
        said("manifest", "verify", downloaded)


@pytest.mark.parametrize("content", ["", "{}", '{"items": [1]}', '{"items": [{"id": "sig_1"}]}'])
def test_a_file_without_keys_is_refused(tmp_path: Path, content: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(content)
    with pytest.raises(CommandError, match="holds no keys"):
        said("manifest", "verify", tmp_path, "--key", keys)


@pytest.mark.parametrize("name", ["nowhere", "."])
@pytest.mark.django_db
def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError):
        said("manifest", "verify", tmp_path / name)


@pytest.mark.django_db
def test_rotating_says_which_key_signs_from_now_on() -> None:
    told = said("signing", "rotate")
    key = SigningKey.objects.get()

    assert told == f"{key.uid} signs from now on. Its public key: {key.public}\n"
