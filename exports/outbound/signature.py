"""Signs a webhook, in the manner of the Standard Webhooks specification."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode

PREFIX = "whsec_"
LENGTH = 32  # bytes of a secret


def secret_text(secret: bytes) -> str:
    """A secret as people copy it."""
    return PREFIX + b64encode(secret).decode()


def signed_headers(secret: str, id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes along with a message, so that its receiver can tell whose it is and when it left.

    :param secret: as :func:`secret_text` writes it.
    :param timestamp: seconds since 1970.
    """
    key = b64decode(secret.removeprefix(PREFIX))
    signed = f"{id_}.{timestamp}.".encode() + body
    signature = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "Webhook-Id": id_,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": f"v1,{signature}",
    }
