"""``manage.py demo``: one export over REST, from the request to the verified file."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.core.management.base import CommandError

from exports.domain.audit import SYSTEM
from exports.domain.errors import DomainError
from exports.domain.keys import key_create, key_revoke
from exports.management.command import WaybillCommand
from exports.management.group import Group, GroupFailed
from exports.management.service import CannotStart, check_port, free_port, lock_var, start_all
from exports.management.setup import set_up
from exports.models import Scope
from exports.stopping import stop_on_signals
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from argparse import ArgumentParser

BODY = {
    "label": "Flights more than an hour late",
    "collection": "flights",
    "format": "jsonl",
    "paths": ["flight_date", "carrier", "origin", "dest", "departure.delay_minutes"],
    "where": {"field": "departure.delay_minutes", "operator": "gt", "value": 60},
}


class Api:
    """Just enough of a client to show what a script sends and gets."""

    def __init__(self, address: str, key: str) -> None:
        self._base = f"{address}/api/v1"
        self._key = key

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        request = Request(
            self._base + path,
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=60) as answer:
                found: bytes = answer.read()
        except HTTPError as error:
            text = error.read().decode()
            raise CommandError(f"{method} {path}: {error.code} {text}") from error
        return found

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.call(method, path, body))
        return found


class Command(WaybillCommand):
    help = "Start everything, make one export over REST, verify it, stop everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="a free one, unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        group = Group()
        stop_on_signals(group.stop)
        port = options["port"] or free_port()
        try:
            with lock_var():
                check_port(port)
                ready = set_up()
                address = start_all(group, port)
                key, text = key_create(
                    namespace=ready.namespace,
                    owner=ready.admin,
                    label="make demo",
                    scopes=[Scope.EXPORTS_READ, Scope.EXPORTS_WRITE, Scope.DOWNLOADS_READ],
                    actor=SYSTEM,
                )
                try:
                    self._show(Api(address, text), group)
                finally:
                    key_revoke(key, actor=SYSTEM)
        except (CannotStart, GroupFailed, DomainError, StoreError) as error:
            raise CommandError(str(error)) from error
        finally:
            group.end()

    def _show(self, api: Api, group: Group) -> None:
        self._say("POST /api/v1/exports", json.dumps(BODY, indent=2))
        export = self._wait(api, api.json("POST", "/exports", BODY)["id"], group)
        self._say(f"{export['id']} is {export['state']}", f"{export['rows_done']:,} rows")
        for file in export["files"]:
            path = f"/exports/{export['id']}/files/{file['name']}"
            content = api.call("GET", path)
            if hashlib.sha256(content).hexdigest() != file["sha256"]:
                raise CommandError(f"{file['name']}: the checksum does not agree.")
            self._say(f"GET /api/v1{path}", f"{len(content):,} bytes, sha256 {file['sha256']}: OK")
            lines = content.decode().splitlines()
            self.stdout.write("\n".join(lines[:5] if file["kind"] == "data" else lines))

    def _wait(self, api: Api, uid: str, group: Group, seconds: float = 120) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not group.stop.is_set():
            export = api.json("GET", f"/exports/{uid}")
            if export["state"] == "ready":
                return export
            if export["state"] not in ("pending", "running"):
                raise CommandError(f"The export ended as {export['state']}: {export['error']}")
            time.sleep(0.1)
        raise CommandError("The export did not end in time.")

    def _say(self, title: str, text: str) -> None:
        self.stdout.write(f"\n{self.style.MIGRATE_HEADING(title)}\n{text}")
