"""Times small exports through the whole service: from the POST over REST until it is ready.

``python -m bench.service COUNT`` starts everything in a state folder of its own, makes so many
exports one after the other, and prints the seconds that each took, as JSON. It loads Django, so
it runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

BODY = json.dumps(
    {"collection": "airports", "format": "csv", "where": {"altitude_feet": {"$gt": 5000}}}
)
WARM_UP = 3


def main(count: int) -> None:
    """Print the seconds from each POST to its ``ready``."""
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        os.environ |= {"WAYBILL_VAR": folder, "WAYBILL_LOG_LEVEL": "WARNING"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        print(json.dumps(_timed(count)))


def _timed(count: int) -> list[float]:
    from exports.domain.audit import SYSTEM
    from exports.domain.keys import key_create
    from exports.management.group import Group
    from exports.management.service import HOST, free_port, start_all
    from exports.management.setup import set_up
    from exports.models import Scope

    ready = set_up()
    _, key = key_create(
        namespace=ready.namespace,
        owner=ready.admin,
        label="bench",
        scopes=[Scope.EXPORTS_READ, Scope.EXPORTS_WRITE],
        actor=SYSTEM,
    )
    group = Group()
    try:
        port = free_port()
        start_all(group, port)
        client = HTTPConnection(HOST, port, timeout=60)
        return [_one(client, key) for _ in range(WARM_UP + count)][WARM_UP:]
    finally:
        group.end()


def _one(client: HTTPConnection, key: str) -> float:
    started = time.perf_counter()
    export = _call(client, key, "POST", "/api/v1/exports", BODY)
    while export["state"] in ("pending", "running"):
        time.sleep(0.01)
        export = _call(client, key, "GET", f"/api/v1/exports/{export['id']}")
    if export["state"] != "ready":
        raise SystemExit(f"an export ended as {export['state']}: {export['error']}")
    return time.perf_counter() - started


def _call(
    client: HTTPConnection, key: str, method: str, path: str, body: str | None = None
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    client.request(method, path, body, headers)
    answer: dict[str, Any] = json.loads(client.getresponse().read())
    return answer


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main(int(sys.argv[1]))
