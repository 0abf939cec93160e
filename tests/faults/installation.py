"""Workspaces with a small collection, and exports of it that are asked for over REST."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from exports.domain.access import caller_for
from exports.domain.audit import SYSTEM
from exports.domain.collections import collection_register
from exports.domain.exports import export_create
from exports.domain.keys import key_create
from exports.domain.members import member_add
from exports.domain.people import namespace_create
from exports.domain.requests import request_parse
from exports.domain.storage import master_key_make, store_check
from exports.models import Collection, Export, Namespace, User
from tests.services import write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 2000
COLLECTION = "trips"
_QUERY = f"""
    SELECT 'trip-' || lpad(i::VARCHAR, 4, '0') AS document_id, i % 7 AS delay,
           {{'lat': i / 10.0, 'lon': -i / 10.0}} AS place
    FROM range({ROWS}) r(i) ORDER BY i
"""


@dataclass(frozen=True, slots=True)
class Workspace:
    slug: str
    key: str


def install(namespaces: int) -> list[Workspace]:
    """The database, the people and the data of an installation."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    master_key_make()
    store_check()
    owner = User.objects.create_user("ada@example.org", None)
    found = [_workspace(f"w{number}", owner) for number in range(namespaces)]
    first, *others = Namespace.objects.order_by("pk")
    assert apart(_register, first.pk, settings.VAR_DIR / "trips.parquet") == 0
    fields = ("name", "source", "key", "schema_tree", "schema_version", "documents", "access")
    collection = Collection.objects.get()
    same = {field: getattr(collection, field) for field in fields}
    Collection.objects.bulk_create([Collection(namespace=each, **same) for each in others])
    return found


def ask(port: int, key: str, idempotency_key: str, seconds: float = 120, **fields: Any) -> str:
    """Ask for an export until it is accepted; the id of it."""
    request = Request(
        f"http://127.0.0.1:{port}/api/v1/exports",
        json.dumps({"collection": COLLECTION, **fields}).encode(),
        {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Idempotency-Key": idempotency_key,
        },
    )
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(request, timeout=15) as answer:
                uid: str = json.load(answer)["id"]
                return uid
        except (OSError, ValueError) as error:
            refused = isinstance(error, HTTPError) and error.code != 503
            if refused or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def apart(function: Callable[..., None], *args: Any) -> int:
    """How a function ended in a process of its own: who has used DuckDB cannot fork any more."""
    connections.close_all()
    process = get_context("fork").Process(target=function, args=args)
    process.start()
    process.join()
    return process.exitcode or 0


def asked(**fields: Any) -> Export:
    """An export in the first workspace."""
    caller = caller_for(User.objects.get(), "w0")
    return export_create(caller, request_parse({"collection": COLLECTION, **fields}))[0]


def _workspace(slug: str, owner: User) -> Workspace:
    namespace = namespace_create(slug=slug, name=slug, actor=SYSTEM)
    member_add(namespace=namespace, user=owner, role="admin", actor=SYSTEM)
    scopes = ["exports:read", "exports:write"]
    _, secret = key_create(
        namespace=namespace, owner=owner, label="test", scopes=scopes, actor=SYSTEM
    )
    return Workspace(slug, secret)


def _register(namespace: int, path: Path) -> None:
    write_parquet(path, _QUERY, row_group_size=500)
    collection_register(
        namespace=Namespace.objects.get(pk=namespace),
        name=COLLECTION,
        locations=[str(path)],
        key="document_id",
        access="public",
        actor=SYSTEM,
    )
