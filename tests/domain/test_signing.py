"""The keys that sign manifests: made when needed, sealed, rotated, never lost."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from exports.domain.audit import SYSTEM
from exports.domain.signing import (
    manifest_sign,
    signing_keys,
    signing_rotate,
)
from exports.domain.storage import master_keys
from exports.models import AuditDetail, AuditEvent, SigningKey
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.django_db
MANIFEST = b'{"version": 1}\n'


def check(signature: bytes, manifest: bytes = MANIFEST) -> str:
    """The id of the key that signed; raises when it did not."""
    told = json.loads(signature)
    assert list(told) == ["version", "algorithm", "key_id", "signature"]
    assert (told["version"], told["algorithm"]) == (1, "Ed25519")
    public = b64decode(SigningKey.objects.get(uid=told["key_id"]).public)
    Ed25519PublicKey.from_public_bytes(public).verify(b64decode(told["signature"]), manifest)
    return str(told["key_id"])


def test_the_first_key_is_made_when_it_is_needed() -> None:
    first, second = manifest_sign(MANIFEST), manifest_sign(MANIFEST)

    assert first == second
    assert check(first) == SigningKey.objects.get().uid
    with pytest.raises(InvalidSignature):
        check(first, MANIFEST + b" ")


def test_the_private_half_is_sealed() -> None:
    key = signing_rotate(SYSTEM)
    sealed = b64decode(key.private)
    private = master_keys().unseal(sealed, f"signing key {key.uid}".encode())

    assert private not in sealed
    assert len(private) == 32
    with pytest.raises(StoreError):
        master_keys().unseal(sealed, b"signing key sig_another")


def test_after_a_rotation_a_new_key_signs_and_the_old_signatures_hold() -> None:
    old = manifest_sign(MANIFEST)
    key = signing_rotate(SYSTEM)
    new = manifest_sign(MANIFEST)

    assert check(new) == key.uid
    assert [each.uid for each in signing_keys()] == [key.uid, check(old)]
    assert [each.retired_at is None for each in signing_keys()] == [True, False]


def test_it_stands_in_the_history_of_the_installation() -> None:
    first, second = signing_rotate(SYSTEM), signing_rotate(SYSTEM)
    event = AuditEvent.objects.filter(action="signing_key.created").latest("pk")

    assert (event.namespace_id, event.subject) == (None, second.uid)
    assert AuditDetail.objects.get(event_id=event.pk).said == {"retired": [first.uid]}
