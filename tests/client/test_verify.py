"""A downloaded folder is verified with nothing but itself and the public key."""

from __future__ import annotations

import hashlib
import json
import random
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exports.client.verify import (
    KeyUnknown,
    NoManifest,
    NoSignature,
    NotVerified,
    SignatureWrong,
    manifests,
    verify,
)

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
KEYS = {"sig_1": PRIVATE.public_key().public_bytes_raw()}


def listed(name: str, content: bytes, kind: str = "data") -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "kind": kind, "bytes": len(content), "sha256": digest}


def signed(folder: Path, *files: dict[str, Any], members: Any = (), name: str = "") -> Path:
    """A manifest of these files, with its signature."""
    manifest = folder / f"{name}manifest.json"
    manifest.write_text(json.dumps({"files": files, "members": list(members)}))
    signature = b64encode(PRIVATE.sign(manifest.read_bytes())).decode()
    told = {"key_id": "sig_1", "signature": signature}
    (folder / f"{manifest.name}.sig").write_text(json.dumps(told))
    return manifest


def test_files_are_known_whatever_they_were_saved_as(tmp_path: Path) -> None:
    (tmp_path / "late-trips.jsonl").write_bytes(b"{}\n")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.png").write_bytes(b"picture")
    files = [listed("data.jsonl", b"{}\n"), listed("files/1-a.png", b"picture", "files")]
    found = verify(signed(tmp_path, *files, name="late-trips."), KEYS)

    assert (found.key, found.missing) == ("sig_1", ())
    assert found.found == {
        "data.jsonl": tmp_path / "late-trips.jsonl",
        "files/1-a.png": tmp_path / "files" / "a.png",
    }


@pytest.mark.parametrize("content", [None, b"", b"{}", b"{ }\n", b"[]\n"])
def test_what_is_not_there_or_altered_is_missing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "data.jsonl").write_bytes(content)
    found = verify(signed(tmp_path, listed("data.jsonl", b"{}\n")), KEYS)

    assert (found.found, found.missing) == ({}, ("data.jsonl",))


@pytest.mark.parametrize(
    ("there", "missing"), [(["all.zip"], ()), (["a.csv", "b.csv"], ()), (["a.csv"], ("all.zip",))]
)
def test_an_archive_may_be_unpacked(
    tmp_path: Path, there: list[str], missing: tuple[str, ...]
) -> None:
    for name in there:
        (tmp_path / name).write_bytes(name.encode())
    members = [listed("a.csv", b"a.csv"), listed("b.csv", b"b.csv", "vectors")]
    manifest = signed(tmp_path, listed("all.zip", b"all.zip", "archive"), members=members)

    assert verify(manifest, KEYS).missing == missing


def test_a_manifest_with_any_byte_altered_is_refused(tmp_path: Path) -> None:
    manifest = signed(tmp_path, listed("data.jsonl", b"{}\n"))
    content = manifest.read_bytes()
    for _ in range(200):
        at, bit = random.randrange(len(content)), 1 << random.randrange(8)
        manifest.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
        with pytest.raises(SignatureWrong):
            verify(manifest, KEYS)


@pytest.mark.parametrize(
    "signature",
    [
        *(b"", b"[]", b"{}", b'{"key_id": "sig_1"}', b"\xff", b'{"key_id": 1, "signature": 1}'),
        *(b'{"key_id": "sig_1", "signature": 1}', b'{"key_id": "sig_1", "signature": "AAAA"}'),
        *(b'{"key_id": "sig_1", "signature": "\\u00e9"}', b"[" * 100_000),
    ],
)
def test_what_is_no_signature_of_ours_is_refused(tmp_path: Path, signature: bytes) -> None:
    manifest = signed(tmp_path)
    (tmp_path / "manifest.json.sig").write_bytes(signature)
    with pytest.raises(NotVerified):
        verify(manifest, KEYS)


def test_without_a_signature_it_is_refused(tmp_path: Path) -> None:
    manifest = signed(tmp_path)
    (tmp_path / "manifest.json.sig").unlink()
    with pytest.raises(NoSignature, match=r"manifest\.json\.sig is not there"):
        verify(manifest, KEYS)


def test_a_key_that_is_not_trusted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyUnknown, match="sig_1"):
        verify(signed(tmp_path), {"sig_2": KEYS["sig_1"]})
    with pytest.raises(SignatureWrong):
        verify(signed(tmp_path), {"sig_1": b"\0" * 31 + b"\1"})


def test_every_manifest_of_a_folder_is_found(tmp_path: Path) -> None:
    with pytest.raises(NoManifest):
        manifests(tmp_path)
    made = [signed(tmp_path, name=name) for name in ("b.", "a.", "")]
    assert manifests(tmp_path) == sorted(made)
