"""Where state, results and sources lie."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from secrets import token_bytes

from config.env import BASE_DIR, folder, names, secret


def _master_key() -> str:
    return b64encode(token_bytes(32)).decode()


VAR_DIR = folder("WAYBILL_VAR", BASE_DIR / "var")
STORE_DIR = folder("WAYBILL_STORE", VAR_DIR / "store")
SCRATCH_DIR = folder("WAYBILL_SCRATCH", VAR_DIR / "scratch")
MASTER_KEYS = secret("WAYBILL_MASTER_KEY", VAR_DIR / "master_key", _master_key).split(",")

# Collections may lie under these folders only, links resolved; a list separated by colons. The
# sample may always be read: it came with the program.
_ROOTS = [Path(each) for each in names("WAYBILL_SOURCE_ROOTS", separator=":")]
SOURCE_ROOTS = [each.expanduser().resolve() for each in [*_ROOTS, BASE_DIR / "sample"]]
