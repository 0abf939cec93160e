"""A whole service with one large result, and the client that reads it in a process of its own.

``python -m bench.client FILE...`` starts everything in a state folder of its own, exports the
documents of the files as JSONL, and prints what :mod:`bench.reading` found. It loads Django.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from exports.client import Waybill


def main(locations: list[str]) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        os.environ |= {"WAYBILL_VAR": folder, "WAYBILL_LOG_LEVEL": "WARNING"}
        os.environ["WAYBILL_SOURCE_ROOTS"] = str(Path(locations[0]).parent)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        print(_measured(locations, Path(folder, "downloads")).strip())


def _measured(locations: list[str], folder: Path) -> str:
    from exports.domain.audit import SYSTEM
    from exports.domain.collections import collection_register
    from exports.domain.keys import key_create
    from exports.management.group import Group
    from exports.management.service import free_port, start_all
    from exports.management.setup import set_up
    from exports.models import Scope

    ready = set_up()
    collection_register(
        namespace=ready.namespace,
        name="small",
        locations=locations,
        key="document_id",
        actor=SYSTEM,
    )
    _, key = key_create(
        namespace=ready.namespace,
        owner=ready.admin,
        label="bench",
        scopes=[Scope.ADMIN],
        actor=SYSTEM,
    )
    group = Group()
    try:
        address = start_all(group, free_port())
        with Waybill(address, key) as client:
            task = client.exports.create(collection="small", format="jsonl").wait_till_done()
        return subprocess.check_output(
            [sys.executable, "-m", "bench.reading", address, task.uid, str(folder)],
            env={**os.environ, "WAYBILL_API_KEY": key},
            text=True,
        )
    finally:
        group.end()


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main(sys.argv[1:])
