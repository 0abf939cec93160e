"""Times what the server takes for the history, over a PostgreSQL filled for the purpose.

``python -m bench.history EVENTS EXPORTS TIMES`` prints p50 and p95 in milliseconds of each kind of
request, as JSON. It loads Django, so it runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from config.warm import warm_up
from tests.services import postgres

if TYPE_CHECKING:
    from collections.abc import Callable

WARM_UP = 2
# Asked of the page and of REST alike.
FILTERS = {
    "all": "",
    "an action": "action=export.downloaded",
    "a rare action": "action=key.revoked",
    "downloads": "action=downloads",
    "a family": "action=export",
    "a rare family": "action=key",
    "one of many people": "who=person7@",
    "everybody": "who=example.org",
    "who left": "who=gone@",
    "nobody": "who=nobody",
    "a subject": "subject=exp_bench777",
    "old days": "since=2026-01-02&until=2026-01-09",
    "who, in old days": "who=person7@&since=2026-01-02&until=2026-01-09",
    "who and a rare action": "who=person7@&action=key.revoked",
}


def main(events: int, exports: int, times: int) -> None:
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        Path(folder).chmod(0o755)  # the server runs as another user
        with postgres(Path(folder) / "postgres") as address:
            os.environ |= {"WAYBILL_VAR": folder, "DATABASE_URL": address}
            os.environ |= {"WAYBILL_LOG_LEVEL": "ERROR"}
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
            import django
            from django.db import connections

            django.setup()
            try:
                _fill(events, exports)
                print(json.dumps(_timed(times)), flush=True)
            finally:
                connections.close_all()  # PostgreSQL waits for that before it ends.


def _fill(events: int, exports: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from exports.domain.audit import SYSTEM
    from exports.domain.members import member_add
    from exports.domain.people import namespace_create
    from exports.models import Collection, User

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    namespace = namespace_create(slug="demo", name="Demo", actor=SYSTEM)
    user = User.objects.create_user("ada@example.org", "no matter")
    member_add(namespace=namespace, user=user, role="admin", actor=SYSTEM)
    collection = Collection.objects.create(
        namespace=namespace, name="flights", source={}, key="id", schema_tree={}, schema_version="1"
    )
    named = {
        "namespace": namespace.pk,
        "collection": collection.pk,
        "user": user.pk,
        "exports": exports,
        "events": events,
    }
    with connection.cursor() as cursor:
        for statement in (EXPORTS, EVENTS, DETAILS, "VACUUM ANALYZE"):
            cursor.execute(statement, named)


EXPORTS = """
INSERT INTO exports_export (uid, namespace_id, collection_id, created_by_id, label, description,
    format, paths, include, expand, order_by, prefix, sample_method, sample_seed, include_vectors,
    export_files, zip_files, archive, compression, csv, file_name, timezone, notify, after_script,
    frozen, state, step, steps, attempt, worker, rows_done, bytes_done, bytes_reserved, notices,
    reason, reason_detail, created_at, started_at, ended_at, hold_reason,
    cleared_at)
SELECT 'exp_bench' || i, %(namespace)s, %(collection)s, %(user)s, 'Export ' || i, '',
    'csv', '[]', '[]', '[]', '[]', '', 'first', 0, false,
    false, false, 'none', '', '{}', '', 'UTC', '{}', '',
    '{"where": {"version": 1, "node": {"all": []}}}', CASE WHEN i %% 9 = 0 THEN 'error' ELSE
    'expired' END, '', '{}', 1, 'w', i %% 1000, i %% 100000, 0, '{}',
    'failed', '', at, at, at + interval '1 minute', '', at
FROM (SELECT i, now() - interval '90 days' * (%(exports)s - i) / %(exports)s AS at
      FROM generate_series(1, %(exports)s) r(i)) s
"""
# A year of them, in the order of time. Two hundred people; one left after the first tenth.
EVENTS = """
INSERT INTO exports_auditevent (namespace_id, at, action, actor, actor_uid, address, subject,
    detail_digest, hash)
SELECT %(namespace)s, timestamptz '2026-01-01Z' + interval '1 year' * i / %(events)s,
    CASE WHEN i %% 20000 = 0 THEN 'key.revoked' WHEN i %% 20000 = 1 THEN 'key.created'
         ELSE (ARRAY['export.created', 'export.started', 'export.ready', 'export.downloaded'])
              [i %% 4 + 1] END,
    CASE WHEN i < %(events)s / 10 AND i %% 3 = 0 THEN 'gone@example.org'
         ELSE 'person' || (i * 7919 %% 199) || '@example.org' END,
    'user:1', '192.0.2.7', 'exp_bench' || (i %% %(exports)s), repeat('0', 64),
    md5(i::text) || md5('x')
FROM generate_series(1::bigint, %(events)s) r(i)
"""
DETAILS = """
INSERT INTO exports_auditdetail (event_id, salt, detail)
SELECT id, 'x', '{"label": "Export", "where": {"delay": {"$gte": 95}}}' FROM exports_auditevent
WHERE detail_digest = repeat('0', 64)
"""


def _timed(times: int) -> dict[str, dict[str, float]]:
    from django.conf import settings
    from django.test import Client

    from exports.models import User

    warm_up()
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"X-Namespace": "demo"})
    client.force_login(User.objects.get(), "allauth.account.auth_backends.AuthenticationBackend")
    kinds = {f"page: {kind}": f"/demo/history?{query}" for kind, query in FILTERS.items()}
    kinds["page: charts of 90 days"] = "/demo/history?days=90"
    kinds["page: the second"] = _second(client)
    kinds |= {f"REST: {kind}": f"/api/v1/audit?{query}" for kind, query in FILTERS.items()}
    kinds["operations"] = "/demo/operations"
    return {kind: _spread(times, _asking(client, path)) for kind, path in kinds.items()}


def _second(client: Any) -> str:
    """A page behind the first, with the cursor of the page before."""
    html = client.get("/demo/history").content.decode()
    start = html.index("before=")
    return f"/demo/history?{html[start : html.index(chr(34), start)]}"


def _asking(client: Any, path: str) -> Callable[[], None]:
    def ask() -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path}: {response.status_code}")

    return ask


def _spread(times: int, ask: Callable[[], None]) -> dict[str, float]:
    found = []
    for _ in range(WARM_UP + times):
        started = time.perf_counter()
        ask()
        found.append((time.perf_counter() - started) * 1000)
    found = found[WARM_UP:]
    return {"p50": round(median(found), 1), "p95": round(quantiles(found, n=20)[-1], 1)}


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main(*(int(each) for each in sys.argv[1:4]))
