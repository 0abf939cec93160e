"""GET /signing-keys: the public keys of manifests, without any key to the API."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from exports.domain.audit import SYSTEM
from exports.domain.signing import manifest_sign, signing_rotate
from tests.api.conftest import Rest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def test_everybody_sees_the_public_keys_the_newest_first() -> None:
    old, new = signing_rotate(SYSTEM), signing_rotate(SYSTEM)
    answer = Rest().get("/signing-keys")

    assert [(each["id"], each["public"]) for each in answer.json()["items"]] == [
        (new.uid, new.public),
        (old.uid, old.public),
    ]
    assert [each["retired_at"] is None for each in answer.json()["items"]] == [True, False]


def test_nothing_else_is_told() -> None:
    key = signing_rotate(SYSTEM)
    (told,) = Rest().get("/signing-keys").json()["items"]

    assert set(told) == {"id", "algorithm", "public", "pem", "created_at", "retired_at"}
    assert key.private not in json.dumps(told)


def test_openssl_verifies_with_the_pem(tmp_path: Path) -> None:
    manifest = b'{"version": 1}\n'
    signature = json.loads(manifest_sign(manifest))["signature"]
    (told,) = Rest().get("/signing-keys").json()["items"]
    (tmp_path / "key.pem").write_text(told["pem"])
    (tmp_path / "manifest.json").write_bytes(manifest)
    (tmp_path / "signature").write_bytes(b64decode(signature))

    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json"
    ran = subprocess.run(
        [*command.split(), "-sigfile", "signature"], cwd=tmp_path, capture_output=True
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, b"Signature Verified Successfully")
