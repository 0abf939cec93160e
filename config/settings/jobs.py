"""The queue that carries wake-ups, and every interval of an export's life."""

from __future__ import annotations

import re
import tempfile
from hashlib import sha256
from pathlib import Path

from config.env import flag, number, pauses, seconds, text
from config.settings.storage import VAR_DIR


def _socket() -> Path:
    """The embedded server's socket: under var/, unless that path is too long for the kernel, or
    holds what Redis's clients do not read in an address, such as a blank.
    """
    path = VAR_DIR / "valkey.sock"
    if re.fullmatch(r"[\w./-]{1,100}", str(path), re.ASCII):
        return path
    digest = sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"waybill-{digest}.sock"


REDIS_SOCKET = _socket()
REDIS_URL = text("REDIS_URL", f"unix://{REDIS_SOCKET}")

QUEUE = "exports"
RQ_QUEUES = {QUEUE: {"URL": REDIS_URL}}
RQ = {"JOB_CLASS": "exports.queue.jobs.WakeUp", "COMMIT_MODE": "auto"}

EXPORT_LEASE = seconds("WAYBILL_LEASE", 60)
EXPORT_PULSE = seconds("WAYBILL_PULSE", 0.4)
# After each lost attempt but the last; there is one attempt more than there are pauses.
EXPORT_PAUSES = pauses("WAYBILL_RETRY_PAUSES", "1,10")
EXPORT_TIME_LIMIT = seconds("WAYBILL_TIME_LIMIT", 6 * 3600)
RECONCILE_EVERY = seconds("WAYBILL_RECONCILE_EVERY", 5)
# How long a download that began before its result expired may go on, and a signed link lives.
DOWNLOAD_GRACE = seconds("WAYBILL_DOWNLOAD_GRACE", 3600)
LINKS = flag("WAYBILL_LINKS", default=True)
IDEMPOTENCY_KEPT = seconds("WAYBILL_IDEMPOTENCY_KEPT", 24 * 3600)

# Processes of the web server that `make run` starts, and the threads of each: a quarter of those
# may wait for an export.
WEB_PROCESSES = number("WAYBILL_WEB_PROCESSES", 1)
WEB_THREADS = number("WAYBILL_WEB_THREADS", 8)
# Workers that `make run` starts.
WORKERS = number("WAYBILL_WORKERS", 2)

ENGINE_THREADS = number("WAYBILL_ENGINE_THREADS", 2)
ENGINE_SCAN_MEMORY = number("WAYBILL_SCAN_MEMORY_MB", 256)
ENGINE_SORT_MEMORY = number("WAYBILL_SORT_MEMORY_MB", 512)
