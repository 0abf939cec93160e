"""Signs manifests, so that anyone with the public key can tell that they are ours."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.domain.storage import master_keys
from exports.models import SigningKey
from exports.models.ids import signing_uid

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exports.domain.audit import Actor

ALGORITHM = "Ed25519"
SIGNATURE = "manifest.json.sig"


def manifest_sign(manifest: bytes) -> bytes:
    """The signature of a manifest as the file that lies beside it: JSON that names the key.

    :raises StoreError: the key that signs cannot be unsealed.
    """
    key = _current()
    private = master_keys().unseal(b64decode(key.private), sealed_about(key))
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(manifest)
    told = {
        "version": 1,
        "algorithm": ALGORITHM,
        "key_id": key.uid,
        "signature": b64encode(signature).decode(),
    }
    return (json.dumps(told, indent=2) + "\n").encode()


def signing_keys() -> QuerySet[SigningKey]:
    """All keys that ever signed, the newest first. Their public halves are for everybody."""
    return SigningKey.objects.order_by("-pk")


def signing_rotate(actor: Actor) -> SigningKey:
    """Make the key that signs from now on. The public halves of those before stay."""
    uid, private = signing_uid(), Ed25519PrivateKey.generate()
    key = SigningKey(uid=uid, public=b64encode(private.public_key().public_bytes_raw()).decode())
    sealed = master_keys().seal(private.private_bytes_raw(), sealed_about(key))
    key.private = b64encode(sealed).decode()
    with transaction.atomic():
        before = SigningKey.objects.filter(retired_at=None)
        retired = list(before.values_list("uid", flat=True))
        before.update(retired_at=database_now())
        key.save(force_insert=True)
        audit_append(None, "signing_key.created", actor=actor, subject=uid, retired=retired)
    return key


def _current() -> SigningKey:
    """The key that signs; the first one is made when it is needed.

    Two workers that need it at once may make two: the newer one signs from then on.
    """
    newest = SigningKey.objects.filter(retired_at=None).order_by("pk").last()
    return newest or signing_rotate(SYSTEM)


def sealed_about(key: SigningKey) -> bytes:
    """The words for which its private half was sealed."""
    return f"signing key {key.uid}".encode()
