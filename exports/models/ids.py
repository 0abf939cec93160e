"""Public ids: a prefix that says what it is, and 22 random base62 characters."""

from __future__ import annotations

import secrets
from functools import partial
from string import ascii_letters, digits

_ALPHABET = digits + ascii_letters


def random_base62(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _uid(prefix: str) -> str:
    return f"{prefix}_{random_base62(22)}"


namespace_uid = partial(_uid, "ns")
member_uid = partial(_uid, "mem")
collection_uid = partial(_uid, "col")
principal_uid = partial(_uid, "prn")
export_uid = partial(_uid, "exp")
key_uid = partial(_uid, "key")
download_uid = partial(_uid, "dl")
signing_uid = partial(_uid, "sig")
template_uid = partial(_uid, "tpl")
delivery_uid = partial(_uid, "dlv")
