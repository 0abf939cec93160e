"""The public keys of manifests, for everybody."""

from __future__ import annotations

from base64 import b64decode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpRequest
from ninja import Router

from exports.api.schemas import SigningKeyList, SigningKeyOut
from exports.domain.signing import ALGORITHM, signing_keys
from exports.models import SigningKey

router = Router(tags=["signing keys"])


@router.get(
    "",
    response=SigningKeyList,
    auth=None,
    operation_id="signing_key_list",
    url_name="signing-keys",
    summary="List the public keys of manifests",
)
def listing(request: HttpRequest) -> SigningKeyList:  # noqa: ARG001 - everybody gets the same
    """Old ones too, the newest first. Needs no key: whoever holds a result may check it."""
    return SigningKeyList(items=[_out(each) for each in signing_keys()])


def _out(key: SigningKey) -> SigningKeyOut:
    public = Ed25519PublicKey.from_public_bytes(b64decode(key.public))
    return SigningKeyOut(
        id=key.uid,
        algorithm=ALGORITHM,
        public=key.public,
        pem=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        created_at=key.created_at,
        retired_at=key.retired_at,
    )
