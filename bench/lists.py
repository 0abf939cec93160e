"""Times the pages that list many exports, on a PostgreSQL of its own.

``python -m bench.lists COUNT`` fills a database, asks for each of ``PAGES`` some times in turn,
and prints the milliseconds that the server took, as JSON. It loads Django, so it runs in a process
of its own. ``WAYBILL_TEST_DATABASE=sqlite`` does the same on SQLite.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.warm import warm_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.test import Client

    from exports.models import Namespace, User

ROUNDS = 30
AT_ONCE = 5_000
# How many of a hundred are in each state; a few wait or run as well.
STATES = {"ready": 40, "expired": 45, "error": 5, "cancelled": 10}
WAITING = 200
# What is asked for: a name and an address, in which {deep} is an export far down the list.
PAGES = (
    ("list", "/demo/exports"),
    ("tab: in progress", "/demo/exports?state=active"),
    ("tab: ready", "/demo/exports?state=ready"),
    ("tab: failed", "/demo/exports?state=error"),
    ("search: some", "/demo/exports?q=trips+77"),
    ("search: most", "/demo/exports?q=trips"),
    ("search: nothing", "/demo/exports?q=nowhere"),
    ("search: an id", "/demo/exports?q={deep}"),
    ("search on a tab", "/demo/exports?state=error&q=trips+77"),
    ("collection", "/demo/exports?collection=rare"),
    ("format", "/demo/exports?format=json"),
    ("who", "/demo/exports?who=eve"),
    ("who: nobody", "/demo/exports?who=nobody"),
    ("dates", "/demo/exports?from=2013-02-01&to=2013-02-02"),
    ("dates: none", "/demo/exports?from=2012-01-01&to=2012-01-02"),
    ("all filters", "/demo/exports?collection=rare&format=csv&who=eve&from=2013-01-01&q=77"),
    ("deep page", "/demo/exports?before={deep}"),
    ("deep page of a tab", "/demo/exports?state=error&before={deep}"),
    ("newer than a deep one", "/demo/exports?after={deep}"),
    ("REST: list", "/api/v1/exports?namespace=demo&limit=100"),
    ("REST: state", "/api/v1/exports?namespace=demo&limit=100&state=error"),
    ("REST: search", "/api/v1/exports?namespace=demo&limit=100&q=nowhere"),
    ("REST: collection", "/api/v1/exports?namespace=demo&limit=100&collection=rare"),
)


def main(count: int) -> None:
    """Print, for each page, the milliseconds of each time that it was asked for, in order."""
    from tests.services import postgres, valkey

    with ExitStack() as servers:
        folder = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="waybill-lists-")))
        folder.chmod(0o711)  # PostgreSQL runs as another user
        os.environ |= {"WAYBILL_VAR": str(folder), "WAYBILL_LOG_LEVEL": "WARNING"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ["REDIS_URL"] = servers.enter_context(valkey(folder))
        if os.environ.get("WAYBILL_TEST_DATABASE") != "sqlite":
            os.environ["DATABASE_URL"] = servers.enter_context(postgres(folder / "postgres"))
        import django
        from django.db import connections

        django.setup()
        servers.callback(connections.close_all)  # PostgreSQL waits for that before it ends
        print(json.dumps(timed(PAGES, deep=_filled(count))))


def timed(pages: Iterable[tuple[str, str]], **words: str) -> dict[str, list[float]]:
    """The milliseconds that the server takes for each page, asked by Ada, an admin of ``demo``.

    :param pages: names and addresses. :param words: what stands in the addresses in braces.
    """
    warm_up()
    client = _browser()
    taken: dict[str, list[float]] = {}
    asked = [(name, address.format(**words)) for name, address in pages]
    for _ in range(ROUNDS + 1):
        for name, address in asked:
            taken.setdefault(name, []).append(_once(client, address))
    return {name: sorted(times[1:]) for name, times in taken.items()}  # the first one warms up


def _once(client: Client, address: str) -> float:
    started = time.perf_counter()
    response = client.get(address)
    taken = (time.perf_counter() - started) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{address}: {response.status_code}")
    return taken


def _browser() -> Client:
    from django.conf import settings
    from django.test import Client

    from exports.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(email="ada@example.org"))
    return client


def _filled(count: int) -> str:
    """Migrate, and make so many exports. Returns the id of one in the middle."""
    from django.core.management import call_command
    from django.db import connection

    from exports.domain.audit import SYSTEM
    from exports.domain.people import namespace_create
    from exports.models import Export

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    demo = namespace_create(slug="demo", name="Demo", actor=SYSTEM)
    exports_made(demo, [_person(demo, each) for each in ("ada", "eve", "ari")], count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    uid: str = Export.objects.order_by("pk").values_list("uid", flat=True)[count // 2]
    return uid


def _person(namespace: Namespace, name: str) -> User:
    from exports.domain.audit import SYSTEM
    from exports.domain.members import member_add
    from exports.models import User

    user = User.objects.create_user(f"{name}@example.org")
    member_add(namespace=namespace, user=user, role="admin", actor=SYSTEM)
    return user


def exports_made(namespace: Namespace, people: Sequence[User], count: int) -> None:
    """So many exports of two collections; of each ready one a file. The newest ones wait."""
    from datetime import UTC, datetime

    from exports.models import Collection, Export, ExportFile

    created_at = next(each for each in Export._meta.fields if each.name == "created_at")
    created_at.auto_now_add = False  # type: ignore[attr-defined]
    dice = random.Random(7)
    common, rare = (
        Collection.objects.create(
            namespace=namespace, name=name, source={"files": []}, key="id", schema_tree={}
        )
        for name in ("common", "rare")
    )
    began = datetime(2013, 1, 1, tzinfo=UTC)
    for first in range(0, count, AT_ONCE):
        made = Export.objects.bulk_create(
            Export(
                **_fields(dice, number, count),
                namespace=namespace,
                created_at=began + timedelta(minutes=number),
                collection=rare if number % 100 == 0 else common,
                created_by=people[min(number % 20, len(people) - 1) if number % 20 < 3 else 0],
            )
            for number in range(first, min(first + AT_ONCE, count))
        )
        ExportFile.objects.bulk_create(
            ExportFile(
                export=each, attempt=1, name="data.csv", key=each.uid, bytes=1000, sha256="0" * 64
            )
            for each in made
            if each.state == "ready"
        )


def _fields(dice: random.Random, number: int, count: int) -> dict[str, Any]:
    from django.utils import timezone

    now = timezone.now()
    state = dice.choices([*STATES], [*STATES.values()])[0]
    if number >= count - WAITING:
        state = "pending"
    ended = {"started_at": now, "ended_at": now, "expires_at": now + timedelta(days=7)}
    if state != "ready":
        ended["cleared_at"] = now  # as the reconciler leaves it: nothing is in the store any more
    # As large as a real one: what is looked through is the whole row.
    tree = {"all": [{"path": f"field_{n}", "operator": "gt", "value": n} for n in range(6)]}
    return {
        "label": f"Late trips {number} of the northern lines",
        "format": "json" if number % 50 == 0 else "csv",
        "where": tree,
        "frozen": {"where": {"version": 1, "node": tree}, "collections": {}},
        "state": state,
        "rows_done": 0 if state == "pending" else 50_000,
        "bytes_done": 0 if state == "pending" else 1000,
        **({} if state == "pending" else ended),
    }


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main(int(sys.argv[1]))
