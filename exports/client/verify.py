"""Tells whether a manifest is genuine, and whether the files beside it are those that it names.

It needs nothing but the folder and the public keys: no service, no network.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from exports.client.errors import WaybillError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"  # also at the end of a longer name
ENDING = ".sig"


class NotVerified(WaybillError):
    """The manifest cannot be trusted. The text says why."""


class NoManifest(NotVerified):
    """There is no manifest in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no {MANIFEST} in {folder}.")


class NoSignature(NotVerified):
    """The signature does not lie beside the manifest, or is none."""

    def __init__(self, signature: Path) -> None:
        super().__init__(f"{signature} is not there, or is no signature.")


class KeyUnknown(NotVerified):
    """It was signed with a key that is not among those at hand."""

    def __init__(self, key: str) -> None:
        super().__init__(f"It was signed with the key {key}, which is not among those at hand.")


class SignatureWrong(NotVerified):
    """The manifest was altered, or the key never signed it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The signature is not that of the key {key} over these bytes.")


class OtherFiles(NotVerified):
    """The files that the service hands out are not those that its manifest names."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not the file that the signed manifest names.")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a genuine manifest says, and what of it is there.

    :ivar key: the id of the key that signed it.
    :ivar found: the files that it names, each with the one that holds its very bytes.
    :ivar missing: those whose bytes are nowhere in the folder: not there, or altered.
    """

    key: str
    found: Mapping[str, Path]
    missing: tuple[str, ...]


def manifests(folder: Path) -> list[Path]:
    """The manifests in a folder, by name.

    :raises NoManifest: there is none.
    """
    found = sorted(each for each in folder.iterdir() if each.name.endswith(MANIFEST))
    if not found:
        raise NoManifest(folder)
    return found


def verify(manifest: Path, keys: Mapping[str, bytes]) -> Verified:
    """Check a manifest, and all files that it names, in its folder and below.

    Files are known by their bytes, whatever name they were saved under. For an archive its
    members do as well.

    :param keys: the public keys that are trusted, 32 bytes each, by their ids.
    :raises NotVerified: one of the above; no file was looked at.
    """
    content = manifest.read_bytes()
    key = signed_by(content, _told(manifest.with_name(manifest.name + ENDING)), keys)
    told = json.loads(content)
    wanted = [*told["files"], *told["members"]]
    there = _by_content(manifest.parent, {each["bytes"] for each in wanted})
    found = {each["name"]: there[each["sha256"]] for each in wanted if each["sha256"] in there}
    unpacked = told["members"] and all(each["name"] in found for each in told["members"])
    missing = [each for each in told["files"] if each["name"] not in found]
    if unpacked:
        missing = [each for each in missing if each["kind"] != "archive"]
    return Verified(key, found, tuple(each["name"] for each in missing))


def verify_listed(
    manifest: Path, signature: Path, sums: Mapping[str, str], keys: Mapping[str, bytes], uid: str
) -> None:
    """Check that a manifest is genuine, and names just these files of just this export.

    :param sums: the sha256 of each file, by its name within the result.
    :param uid: the id of the export.
    :raises NotVerified: one of the above.
    """
    content = manifest.read_bytes()
    signed_by(content, _told(signature), keys)
    told = json.loads(content)
    if told["export"]["id"] != uid:
        raise OtherFiles(MANIFEST)
    named = {each["name"]: each["sha256"] for each in told["files"]}
    listed = {name: sums[name] for name in sums if name not in (MANIFEST, MANIFEST + ENDING)}
    if wrong := [name for name, _ in named.items() ^ listed.items()]:
        raise OtherFiles(min(wrong))


def signed_by(manifest: bytes, signature: Mapping[str, Any], keys: Mapping[str, bytes]) -> str:
    """The id of the key that signed these very bytes.

    :param signature: ``key_id`` and ``signature``, in base64.
    :raises KeyUnknown, SignatureWrong:
    """
    key = str(signature["key_id"])
    if key not in keys:
        raise KeyUnknown(key)
    try:
        made = b64decode(signature["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(keys[key]).verify(made, manifest)
    except (InvalidSignature, ValueError, TypeError):
        raise SignatureWrong(key) from None
    return key


def keys_of(listed: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The keys as ``GET /signing-keys`` lists them, by their ids."""
    return {each["id"]: b64decode(each["public"]) for each in listed}


def _told(file: Path) -> dict[str, Any]:
    """What a signature says.

    :raises NoSignature:
    """
    try:
        told = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        raise NoSignature(file) from None
    if not isinstance(told, dict) or not {"key_id", "signature"} <= told.keys():
        raise NoSignature(file)
    return told


def _by_content(folder: Path, sizes: set[int]) -> dict[str, Path]:
    """The files of these sizes, by their sha256."""
    found: dict[str, Path] = {}
    for each in sorted(folder.rglob("*")):
        if each.is_file() and each.stat().st_size in sizes:
            with each.open("rb") as file:
                found.setdefault(hashlib.file_digest(file, "sha256").hexdigest(), each)
    return found
