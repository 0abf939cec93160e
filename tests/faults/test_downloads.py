"""Four clients download one export in parts, slowly, and its time is over before they are done."""

from __future__ import annotations

import hashlib
import http.client
import os
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from exports.domain.claims import export_claim
from exports.domain.runs import run_publish
from exports.domain.storage import result_store
from exports.models import Download, Export, ExportFile, State
from exports.queue.reconciler import reconcile_once
from tests.api.conftest import key_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.live_server_helper import LiveServer

    from exports.models import User

MB = 1_000_000
CLIENTS = 4


@pytest.fixture
def large(make_export: Callable[..., Export]) -> Callable[[int], Export]:
    """An export of one file of so many random bytes, published as a run does it."""

    def make(size: int) -> Export:
        make_export(format="csv")
        claim = export_claim(worker="w")
        assert claim
        key, sum_, left = f"{claim.prefix}/data.csv", hashlib.sha256(), size
        writer = result_store().create(key)
        while left:
            piece = os.urandom(min(left, 8 * MB))
            sum_.update(piece)
            writer.write(piece)
            left -= len(piece)
        writer.close()
        file = ExportFile(
            export=claim.export,
            attempt=1,
            name="data.csv",
            key=key,
            rows=1,
            bytes=size,
            sha256=sum_.hexdigest(),
        )
        run_publish(claim, files=[file], rows=1, snapshot={}, notices={})
        return Export.objects.get(pk=claim.export.pk)

    return make


class Client(threading.Thread):
    """Asks for one part after the other, each by a request of its own, no faster than told."""

    def __init__(self, url: str, key: str, export: Export, *, part: int, rate: int) -> None:
        super().__init__()
        self._host = urlsplit(url).netloc
        self._path = f"/api/v1/exports/{export.uid}/files/data.csv"
        self._key = key
        self._part, self._rate = part, rate
        self.sum = hashlib.sha256()
        self.bytes, self.late, self.statuses = 0, 0, set[int]()

    def run(self) -> None:
        total = 1
        while self.bytes < total:
            total = self._get(self.bytes, self.bytes + self._part - 1)

    def _get(self, first: int, last: int) -> int:
        """One part; how large the file is."""
        line = http.client.HTTPConnection(self._host, timeout=60)
        headers = {"Authorization": f"Bearer {self._key}", "Range": f"bytes={first}-{last}"}
        line.request("GET", self._path, headers=headers)
        answer = line.getresponse()
        self.statuses.add(answer.status)
        assert answer.status == 206, answer.read()
        while chunk := answer.read(self._rate // 20):
            self.sum.update(chunk)
            self.bytes += len(chunk)
            time.sleep(0.05)
        line.close()
        self.late += 1
        return int(answer.headers["Content-Range"].rpartition("/")[2])


def four_clients(
    export: Export, url: str, keys: list[str], *, seconds: float, until: Callable[[], None]
) -> list[Client]:
    """Clients that take about so long each; ``until`` is called when they are a third through."""
    size = export.files.get().bytes
    rate = int(size / seconds)
    clients = [Client(url, key, export, part=size // 12, rate=rate) for key in keys]
    for client in clients:
        client.start()
    while min(client.bytes for client in clients) < size / 3:
        assert all(client.is_alive() for client in clients)
        time.sleep(0.02)
    until()
    for client in clients:
        client.late = 0
    while any(client.is_alive() for client in clients):
        reconcile_once()
        time.sleep(0.2)
    return clients


@pytest.mark.parametrize(
    ("size", "seconds"),
    [(32 * MB, 3.0), pytest.param(1000 * MB, 40.0, marks=pytest.mark.soak)],
)
def test_expiry_that_comes_due_meanwhile_cuts_nobody_off(
    size: int,
    seconds: float,
    large: Callable[[int], Export],
    live_server: LiveServer,
    ada: User,
    settings: Any,
) -> None:
    export = large(size)
    keys = [key_for(export.namespace, ada) for _ in range(CLIENTS)]

    def time_is_over() -> None:
        Export.objects.update(expires_at=timezone.now())
        assert reconcile_once()["expired"] == 1

    clients = four_clients(export, live_server.url, keys, seconds=seconds, until=time_is_over)

    export.refresh_from_db()
    whole = [each.sum.hexdigest() == export.files.get().sha256 for each in clients]
    assert (export.state, export.cleared_at) == (State.EXPIRED, None)
    assert Download.objects.count() == CLIENTS
    settings.DOWNLOAD_GRACE = timedelta(0)
    reconcile_once()
    left = sum(
        result_store().size(key)
        for key in result_store().list(f"{export.namespace.uid}/{export.uid}/")
    )
    late = sum(each.late for each in clients)
    print(
        f"{CLIENTS} clients of {size:,} bytes each: {sum(whole)} whole, {late} parts asked for "
        f"after the expiry, {left} bytes left in the store"
    )
    assert (whole, left) == ([True] * CLIENTS, 0)
    assert late >= CLIENTS
