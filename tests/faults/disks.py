"""Exports to a disk that is too small, of many sizes, and to one that cannot be written to.

It mounts disks of its own, so that it has to be started within ``unshare --map-root-user --mount``.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from exports.models import Export, State
from exports.queue import horse
from exports.queue.reconciler import reconcile_once
from tests.faults.installation import apart, asked, install
from tests.faults.ledger import ledger, left_over

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMATS = ("parquet", "jsonl", "json", "csv")
SIZES = (4, 8, 16, 32, 64, 96, 128, 256, 1024)  # KiB


def main(_: Sequence[str]) -> tuple[dict[str, Any], bool]:
    install(1)
    settings.EXPORT_PAUSES = (timedelta(0),)
    settings.STORE_DIR.mkdir(parents=True, exist_ok=True)
    found: Counter[str] = Counter()
    for size in SIZES:
        _mount(f"size={size}k")
        for format_ in FORMATS:
            found += _run(format_, "storage_full")
        subprocess.run(["umount", settings.STORE_DIR], check=True)
        # What was on it is gone with it.
        Export.objects.filter(state=State.READY).update(state=State.CANCELLED)
    _mount("size=1m,ro")
    found += _run("csv", "store_unavailable")
    told = {name: found[name] for name in ("ready", "failed", "cut short", "unclear", "left over")}
    wrong = told["cut short"] + told["unclear"] + told["left over"]
    return told, not wrong and told["ready"] > 0 and told["failed"] > len(FORMATS)


def _run(format_: str, reason: str) -> Counter[str]:
    export = asked(format=format_)
    while export.state == State.PENDING:
        assert apart(horse.run_claimed) == 0
        export.refresh_from_db()
    before = len(left_over())
    reconcile_once()
    found = Counter(ready=export.state == State.READY, failed=export.state == State.ERROR)
    found["unclear"] += export.state == State.ERROR and export.reason != reason
    found["left over"] += before
    found["cut short"] += ledger([])["cut short"]
    if export.state == State.READY:
        # Room for the next one.
        Export.objects.filter(pk=export.pk).update(state=State.CANCELLED)
        export.files.all().delete()
        reconcile_once()
    return found


def _mount(options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(settings.STORE_DIR)]
    subprocess.run(command, check=True)
