"""Where state, results and sources lie."""

from __future__ import annotations

from pathlib import Path

from config.env import BASE_DIR, flag, folder, number, roots, text
from config.settings.s3 import S3_BUCKET, S3_ENCRYPTION

VAR_DIR = folder("WAYBILL_VAR", BASE_DIR / "var")
STORE_DIR = folder("WAYBILL_STORE", VAR_DIR / "store")
# Results are encrypted; each file has a key of its own, which a master key seals. That one is in
# the environment (several: the first one seals, all of them open), or in a file.
STORE_ENCRYPTED = S3_ENCRYPTION == "client" if S3_BUCKET else flag("WAYBILL_ENCRYPT", default=True)
MASTER_KEY = text("WAYBILL_MASTER_KEY")
MASTER_KEY_FILE = Path(text("WAYBILL_MASTER_KEY_FILE", str(VAR_DIR / "master_key"))).expanduser()
# What people upload becomes collections, which lie here until they are deleted.
UPLOAD_DIR = folder("WAYBILL_UPLOADS", VAR_DIR / "uploads")
UPLOAD_LIMIT = number("WAYBILL_UPLOAD_LIMIT_MB", 10_000) * 1024 * 1024
SCRATCH_DIR = folder("WAYBILL_SCRATCH", VAR_DIR / "scratch")

# Collections may lie under these folders only, links resolved; a list separated by colons. The
# sample may always be read: it came with the program. ``s3://bucket/prefix/`` is a folder in S3.
_ROOTS, S3_SOURCE_ROOTS = roots("WAYBILL_SOURCE_ROOTS")
SOURCE_ROOTS = [each.expanduser().resolve() for each in [*_ROOTS, BASE_DIR / "sample"]]
