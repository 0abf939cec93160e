"""Signs a webhook, in the manner of the Standard Webhooks specification."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "whsec_"
LENGTH = 32  # bytes of a secret


def secret_text(secret: bytes) -> str:
    """A secret as people copy it."""
    return PREFIX + b64encode(secret).decode()


def signed_headers(secrets: Sequence[str], id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes along with a message, so that its receiver can tell whose it is and when it left.

    :param secrets: as :func:`secret_text` writes them. Each signs; the receiver knows one.
    :param timestamp: seconds since 1970.
    """
    signed = f"{id_}.{timestamp}.".encode() + body
    keys = [b64decode(each.removeprefix(PREFIX)) for each in secrets]
    sums = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    return {
        "Webhook-Id": id_,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(f"v1,{b64encode(each).decode()}" for each in sums),
    }
