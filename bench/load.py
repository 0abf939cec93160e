"""Fifty people at once, over REST: PostgreSQL, gunicorn, workers, and 20,000 exports in the list.

``python -m bench.load USERS SECONDS`` starts everything in a folder of its own and prints, as JSON,
the milliseconds that each call took by its kind, and the answers that were errors. Each user has a
key of his own, looks at the list, at one export and at his own last one, and makes an export every
few rounds; between two calls he thinks for a while.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import services

if TYPE_CHECKING:
    from exports.management.setup import Ready

EXPORTS = 20_000
THINKS = (1.0, 5.0)  # seconds, as the examples of Locust have it
ROUNDS_PER_POST = 4
BODY = json.dumps(
    {"collection": "airports", "format": "csv", "where": {"altitude_feet": {"$gt": 5000}}}
)


def main(users: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="waybill-load-") as folder:
        # PostgreSQL runs as another user, who must be able to pass through.
        Path(folder).chmod(0o711)
        with services.postgres(Path(folder) / "postgres") as address:
            os.environ |= {
                "WAYBILL_VAR": folder,
                "WAYBILL_LOG_LEVEL": "WARNING",
                "DATABASE_URL": address,
                "WAYBILL_WEB_PROCESSES": "2",
            }
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
            import django

            django.setup()
            print(json.dumps(_measured(users, seconds)))


def _measured(users: int, seconds: float) -> dict[str, Any]:
    from django.db import connections

    from exports.management.group import Group
    from exports.management.service import free_port, start_all
    from exports.management.setup import set_up

    ready = set_up()
    known = _fill(ready)
    keys = [_key(ready, number) for number in range(users)]
    group = Group()
    try:
        port = free_port()
        start_all(group, port)
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(users) as pool:
            runs = [pool.submit(_use, port, key, known, until) for key in keys]
            told = [each for run in runs for each in run.result()]
    finally:
        group.end()
        connections.close_all()  # PostgreSQL waits for whoever is still there.
    return _sorted_out(told)


def _fill(ready: Ready) -> list[str]:
    """Exports that ended long ago. Gives some of their ids."""
    from django.db import connection
    from django.utils import timezone

    from exports.models import Collection, Export, State
    from exports.query.tree import EVERYTHING, to_json

    collection = Collection.objects.get(namespace=ready.namespace, name="airports")
    now = timezone.now()
    frozen = {
        "collections": {collection.uid: collection.schema_version},
        "where": to_json(EVERYTHING),
    }
    made = Export.objects.bulk_create(
        (
            Export(
                namespace=ready.namespace,
                collection=collection,
                created_by=ready.admin,
                label=f"Airports, {number}",
                format="csv",
                frozen=frozen,
                state=State.EXPIRED,
                started_at=now,
                ended_at=now,
                cleared_at=now,
            )
            for number in range(EXPORTS)
        ),
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # As an installation of some age is.
    return [each.uid for each in made[::100]]


def _key(ready: Ready, number: int) -> str:
    from exports.domain.audit import SYSTEM
    from exports.domain.keys import key_create
    from exports.models import Scope

    return key_create(
        namespace=ready.namespace,
        owner=ready.admin,
        label=f"user {number}",
        scopes=[Scope.EXPORTS_READ, Scope.EXPORTS_WRITE],
        actor=SYSTEM,
    )[1]


def _use(port: int, key: str, known: list[str], until: float) -> list[tuple[str, int, float]]:
    """One user. Tells of each call its kind, its status and its milliseconds."""
    told: list[tuple[str, int, float]] = []
    his = ""

    def call(kind: str, method: str, path: str, body: str | None = None) -> dict[str, Any]:
        time.sleep(random.uniform(*THINKS))
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        began = time.perf_counter()
        # The server does not keep a connection for as long as he thinks.
        client = HTTPConnection("127.0.0.1", port, timeout=60)
        client.request(method, f"/api/v1{path}", body, headers)
        answer = client.getresponse()
        read: dict[str, Any] = json.loads(answer.read())
        client.close()
        told.append((kind, answer.status, (time.perf_counter() - began) * 1000))
        return read

    rounds = random.randrange(ROUNDS_PER_POST)
    while time.monotonic() < until:
        call("list", "GET", "/exports?limit=50")
        call("look", "GET", f"/exports/{his or random.choice(known)}")
        if rounds % ROUNDS_PER_POST == 0:
            his = call("POST", "POST", "/exports", BODY)["id"]
        rounds += 1
    return told


def _sorted_out(told: list[tuple[str, int, float]]) -> dict[str, Any]:
    times: dict[str, list[float]] = defaultdict(list)
    for kind, _, took in told:
        times[kind].append(took)
    return {"times": times, "errors": sum(status >= 400 for _, status, _ in told)}


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main(int(sys.argv[1]), float(sys.argv[2]))
