"""Where state, results and sources lie."""

from __future__ import annotations

from config.env import BASE_DIR, folder, roots

VAR_DIR = folder("WAYBILL_VAR", BASE_DIR / "var")
STORE_DIR = folder("WAYBILL_STORE", VAR_DIR / "store")
SCRATCH_DIR = folder("WAYBILL_SCRATCH", VAR_DIR / "scratch")

# Collections may lie under these folders only, links resolved; a list separated by colons. The
# sample may always be read: it came with the program. ``s3://bucket/prefix/`` is a folder in S3.
_ROOTS, S3_SOURCE_ROOTS = roots("WAYBILL_SOURCE_ROOTS")
SOURCE_ROOTS = [each.expanduser().resolve() for each in [*_ROOTS, BASE_DIR / "sample"]]
